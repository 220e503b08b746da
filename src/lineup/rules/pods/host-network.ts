import { CompatibilityRule } from '../../compatibility-rule';
import type { PodRule } from '../../pod-rule';

/** Pod -> network: a sandbox has a network of its own. */
export const hostNetwork: PodRule = {
  id: CompatibilityRule.HOST_NETWORK,
  about: '`hostNetwork: true`',
  gvisor: [
    {
      severity: 'error',
      reason: 'the sandbox never enters the network of the host, so the Pod shows the address of the host and has no connection',
      instead: 'leave it out, set network: RunscNetwork.HOST for the runtime, or let the Pod run without a sandbox',
      source: 'google/gvisor runsc/sandbox/sandbox.go, runsc/sandbox/network.go',
      when: { text: 'unless the runtime has network=host', holds: ({ settings }) => settings.network !== 'host' },
    },
  ],
  kata: [
    {
      severity: 'error',
      reason: 'a virtual machine cannot use the network of the host: the Pod is refused or has no connection',
      instead: 'leave it out, or let the Pod run without a sandbox',
      source: 'kata-containers docs/Limitations.md (host network), kata-containers#9157',
    },
  ],
  looks: [{ at: 'pod', key: 'hostNetwork', given: (value) => (value === true ? 'hostNetwork is true' : undefined), cel: (it) => `${it} == true` }],
};
