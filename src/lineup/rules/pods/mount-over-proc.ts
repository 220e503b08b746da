import { CompatibilityRule } from '../../compatibility-rule';
import type { PodRule } from '../../pod-rule';

/** What Kata lets mounts cover, such as the files of lxcfs. Source: kata-containers docs/Limitations.md (mounting procfs and sysfs). */
const ALLOWED = ['cpuinfo', 'diskstats', 'meminfo', 'stat', 'swaps', 'uptime', 'loadavg', 'net/dev'].map((file) => `/proc/${file}`);

/** Pod -> sandbox: `/proc` is the guest's. */
export const mountOverProc: PodRule = {
  id: CompatibilityRule.MOUNT_OVER_PROC,
  about: '`mountPath` at or below `/proc`, but for a few files',
  kata: [
    {
      severity: 'warning',
      reason: `Kata allows no mounts there but on ${ALLOWED.join(', ')}`,
      instead: 'mount it elsewhere',
      source: 'kata-containers docs/Limitations.md (mounting procfs and sysfs), CVE-2019-16884',
    },
  ],
  looks: [{
    at: 'mount',
    key: 'mountPath',
    given: (path) => (typeof path === 'string' && /^\/proc(\/|$)/.test(path) && !ALLOWED.includes(path) ? `mountPath is ${path}` : undefined),
  }],
};
