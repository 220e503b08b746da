import { CompatibilityRule } from '../../compatibility-rule';
import { RUNTIME_SOCKET_PATH } from '../../host-paths';
import { celText, type PodRule } from '../../pod-rule';

const SOCKET = new RegExp(RUNTIME_SOCKET_PATH);

/** Pod -> host: the way around every sandbox. */
export const runtimeSocket: PodRule = {
  id: CompatibilityRule.RUNTIME_SOCKET,
  about: '`hostPath` volumes with the socket of a container runtime in them',
  gvisor: [
    {
      severity: 'error',
      reason: 'whoever reaches the socket of the container runtime starts containers on the host as root',
      instead: 'leave it out',
      source: 'google/gvisor SECURITY.md (docker.sock), kubernetes.io/docs/concepts/storage/volumes (hostPath: privileged APIs)',
    },
  ],
  kata: [
    {
      severity: 'error',
      reason: 'whoever reaches the socket of the container runtime starts containers on the host as root',
      instead: 'leave it out',
      source: 'kubernetes.io/docs/concepts/storage/volumes (hostPath: privileged APIs)',
    },
  ],
  looks: [{
    at: 'volume',
    key: 'hostPath',
    given: ({ path }) => (SOCKET.test(path) ? `hostPath is ${path}` : undefined),
    cel: (it) => `${it}.path.matches(${celText(RUNTIME_SOCKET_PATH)})`,
  }],
};
