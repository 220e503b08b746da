import { CompatibilityRule } from '../../compatibility-rule';
import type { PodRule } from '../../pod-rule';

/** Pod -> sandbox: `/proc` is the guest's. */
export const mountOverProc: PodRule = {
  id: CompatibilityRule.MOUNT_OVER_PROC,
  about: '`mountPath` below `/proc`',
  kata: [
    {
      severity: 'warning',
      reason: 'Kata allows mounts over /proc only for a few files',
      instead: 'mount it elsewhere',
      source: 'kata-containers docs/Limitations.md',
    },
  ],
  looks: [{ at: 'mount', key: 'mountPath', given: (path) => (typeof path === 'string' && path.startsWith('/proc') && /^\/proc(\/|$)/.test(path) ? `mountPath is ${path}` : undefined) }],
};
