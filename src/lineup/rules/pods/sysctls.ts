import { CompatibilityRule } from '../../compatibility-rule';
import { listAt, textAt } from '../../manifest';
import type { PodRule } from '../../pod-rule';

const HONOURED = ['net.ipv6.conf.all.disable_ipv6', 'fs.nr_open'];

/** Pod -> sandbox: settings of a kernel that the sandbox does not have. */
export const sysctls: PodRule = {
  id: CompatibilityRule.SYSCTLS,
  about: '`sysctls` other than `net.ipv6.conf.all.disable_ipv6` and `fs.nr_open`',
  gvisor: [
    {
      severity: 'warning',
      reason: 'gVisor ignores all sysctls but net.ipv6.conf.all.disable_ipv6 and fs.nr_open',
      instead: 'leave them out',
      source: 'google/gvisor runsc/boot/loader.go (fs.nr_open), runsc/sandbox/sandbox.go (disable_ipv6)',
    },
  ],
  looks: [{
    at: 'podSecurity',
    key: 'sysctls',
    given: (value) => {
      const ignored = listAt(value).map((sysctl) => textAt(sysctl, 'name') ?? '').filter((name) => !HONOURED.includes(name));
      return ignored.length ? `sysctls has ${ignored.join(', ')}` : undefined;
    },
  }],
};
