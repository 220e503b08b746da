import { CompatibilityRule } from '../../compatibility-rule';
import { DEVICE_PATH, RUNTIME_SOCKET_PATH } from '../../host-paths';
import type { PodRule } from '../../pod-rule';

const OTHER_RULES = new RegExp(`${RUNTIME_SOCKET_PATH}|${DEVICE_PATH}`);

/** Devices and sockets have rules of their own. */
function isSpecial(path: string, type: string | undefined): boolean {
  return /^(BlockDevice|CharDevice|Socket)$/.test(type ?? '') || OTHER_RULES.test(path);
}

/** Pod -> host: files of the host reach into the sandbox. */
export const hostPath: PodRule = {
  id: CompatibilityRule.HOST_PATH,
  about: '`hostPath` volumes',
  gvisor: [
    {
      severity: 'warning',
      reason: 'the files of the host are served into the sandbox, past its isolation',
      instead: 'use an emptyDir, a ConfigMap or a PersistentVolumeClaim, or name the exception and its reason',
      source: 'google/gvisor SECURITY.md (SandboxSpec / HostLeak), docs.cloud.google.com/kubernetes-engine/docs/concepts/sandbox-pods (incompatible features)',
    },
  ],
  kata: [
    {
      severity: 'warning',
      reason: 'the files of the host are shared into the virtual machine, past its isolation',
      instead: 'use an emptyDir, a ConfigMap or a PersistentVolumeClaim, or name the exception and its reason',
      source: 'kata-containers docs/Limitations.md (hostPath volumes)',
    },
  ],
  looks: [{
    at: 'volume',
    key: 'hostPath',
    given: ({ path, type }) => (isSpecial(String(path), type) ? undefined : `hostPath is ${path}`),
  }],
};
