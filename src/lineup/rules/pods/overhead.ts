import { CompatibilityRule } from '../../compatibility-rule';
import type { PodRule } from '../../pod-rule';

function same(one: { readonly [resource: string]: unknown }, other: { readonly [resource: string]: unknown }): boolean {
  const names = Object.keys(one ?? {});
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}

/** Pod -> RuntimeClass: overhead is the class's to say. */
export const overhead: PodRule = {
  id: CompatibilityRule.OVERHEAD,
  about: '`overhead`',
  gvisor: [
    {
      severity: 'error',
      reason: 'the RuntimeClass says what a sandbox costs, and the API server refuses a Pod that says something else',
      instead: 'leave it out',
      source: 'kubernetes/kubernetes plugin/pkg/admission/runtimeclass/admission.go',
      when: { text: 'where the class is among the manifests', holds: (sandbox) => sandbox.overhead !== undefined },
    },
  ],
  kata: [
    {
      severity: 'error',
      reason: 'the RuntimeClass says what a sandbox costs, and the API server refuses a Pod that says something else',
      instead: 'leave it out',
      source: 'kubernetes/kubernetes plugin/pkg/admission/runtimeclass/admission.go',
      when: { text: 'where the class is among the manifests', holds: (sandbox) => sandbox.overhead !== undefined },
    },
  ],
  looks: [{
    at: 'pod',
    key: 'overhead',
    given: (value, { live }, sandbox) => (live || same(value, sandbox.overhead ?? {}) ? undefined : `overhead is ${JSON.stringify(value)}`),
  }],
};
