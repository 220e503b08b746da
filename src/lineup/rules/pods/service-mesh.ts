import { CompatibilityRule } from '../../compatibility-rule';
import type { PodRule } from '../../pod-rule';

/** Pod -> network: rules for iptables. */
export const serviceMesh: PodRule = {
  id: CompatibilityRule.SERVICE_MESH,
  about: 'sidecars of a service mesh (`istio-init`, `linkerd-init`)',
  gvisor: [
    {
      severity: 'warning',
      reason: 'iptables gets no socket without net-raw, and with it its rules work in part only; nftables are not there',
      instead: 'use the CNI plugin or the ambient mode of the mesh, or set reproduceNftables or reproduceNat for the runtime',
      source: 'google/gvisor g3doc/user_guide/compatibility.md (iptables, nftables), docs.cloud.google.com/kubernetes-engine/docs/concepts/sandbox-pods (incompatible features)',
      when: { text: 'unless the runtime has reproduce-nat or reproduce-nftables', holds: ({ settings }) => settings['reproduce-nat'] !== 'true' && settings['reproduce-nftables'] !== 'true' },
    },
  ],
  looks: [
    { at: 'annotation', key: 'sidecar.istio.io/inject', given: (name, { annotations }) => (annotations[name] === 'true' ? `${name} is true` : undefined) },
    { at: 'annotation', key: 'linkerd.io/inject', given: (name, { annotations }) => (annotations[name] === 'enabled' ? `${name} is enabled` : undefined) },
    { at: 'container', key: 'name', given: (name) => (/^(istio|linkerd)-init$/.test(name) ? 'it sets up iptables' : undefined) },
  ],
};
