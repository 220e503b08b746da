import { addedCapabilities } from '../../added-capabilities';
import { CompatibilityRule } from '../../compatibility-rule';
import type { PodRule } from '../../pod-rule';

/** Pod -> network: raw sockets. */
export const netRaw: PodRule = {
  id: CompatibilityRule.NET_RAW,
  about: 'capability `NET_RAW`',
  gvisor: [
    {
      severity: 'warning',
      reason: 'runsc takes it away, so tcpdump and raw sockets fail (ping may work)',
      instead: 'leave it out, or set netRaw for the runtime',
      source: 'google/gvisor runsc/config/flags.go (net-raw)',
      when: { text: 'unless the runtime has net-raw', holds: ({ settings }) => settings['net-raw'] !== 'true' },
    },
  ],
  looks: [{
    at: 'security',
    key: 'capabilities',
    given: ({ add }) => addedCapabilities(add, ['NET_RAW']),
  }],
};
