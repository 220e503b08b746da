import { addedCapabilities } from '../../added-capabilities';
import { CompatibilityRule } from '../../compatibility-rule';
import type { PodRule } from '../../pod-rule';

/** Pod -> sandbox: device nodes of the guest. */
export const mknod: PodRule = {
  id: CompatibilityRule.MKNOD,
  about: 'capability `MKNOD`',
  kata: [
    {
      severity: 'warning',
      reason: 'with it a Pod became root of its virtual machine (CVE-2026-24834, CVE-2020-2023)',
      instead: 'leave it out, and drop MKNOD',
      source: 'nvd.nist.gov/vuln/detail/CVE-2026-24834, nvd.nist.gov/vuln/detail/CVE-2020-2023',
    },
  ],
  looks: [{
    at: 'security',
    key: 'capabilities',
    given: ({ add }) => addedCapabilities(add, ['MKNOD']),
  }],
};
