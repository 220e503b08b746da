import { CompatibilityRule } from '../../compatibility-rule';
import type { PodRule } from '../../pod-rule';

/** Pod -> network: the network stack of the host is less isolation. */
export const hostNetworkStack: PodRule = {
  id: CompatibilityRule.HOST_NETWORK_STACK,
  about: 'any Pod on a runtime with `network=host`',
  gvisor: [
    {
      severity: 'warning',
      reason: 'the runtime has network=host, so the system calls of the network go to the kernel of the host',
      instead: 'leave network out, or keep the class for Pods that need it',
      source: 'google/gvisor g3doc/user_guide/networking.md (network passthrough)',
      when: { text: 'where the runtime has network=host', holds: ({ settings }) => settings.network === 'host' },
    },
  ],
  looks: [{ at: 'pod', key: 'containers', given: (_, { spec }) => (spec.hostNetwork === true ? undefined : 'it runs') }],
};
