import { CompatibilityRule } from '../../compatibility-rule';
import { RUNTIME_SOCKET_PATH } from '../../host-paths';
import type { PodRule } from '../../pod-rule';

const SOCKET = new RegExp(RUNTIME_SOCKET_PATH);

/** Pod -> host: sockets of the host. */
export const hostSocket: PodRule = {
  id: CompatibilityRule.HOST_SOCKET,
  about: '`hostPath` volumes of type `Socket`',
  gvisor: [
    {
      severity: 'warning',
      reason: 'gVisor connects to no socket of the host',
      instead: 'leave it out, or set hostUds for the runtime',
      source: 'google/gvisor runsc/config/flags.go (host-uds)',
      when: { text: 'unless the runtime has host-uds open or all', holds: ({ settings }) => !['open', 'all'].includes(settings['host-uds']) },
    },
  ],
  kata: [
    {
      severity: 'warning',
      reason: 'sockets of the host do not reach into the virtual machine',
      instead: 'leave it out, and use the network',
      source: 'kata-containers tests/integration/kubernetes/runtimeclass_workloads/pod-uds-shared-volume.yaml (no sockets over the shared file system)',
    },
  ],
  looks: [{
    at: 'volume',
    key: 'hostPath',
    given: ({ path, type }) => (type === 'Socket' && !SOCKET.test(path) ? `hostPath is the socket ${path}` : undefined),
  }],
};
