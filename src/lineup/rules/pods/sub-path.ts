import { CompatibilityRule } from '../../compatibility-rule';
import type { PodRule } from '../../pod-rule';

/** Pod -> volumes: parts of volumes. */
export const subPath: PodRule = {
  id: CompatibilityRule.SUB_PATH,
  about: '`subPath`, `subPathExpr`',
  kata: [
    {
      severity: 'warning',
      reason: 'Kata documents subPath as not supported',
      instead: 'mount the whole volume, and try it before you rely on it',
      source: 'kata-containers docs/Limitations.md (volumeMounts.subPaths), kata-containers/runtime#2812',
    },
  ],
  looks: ['subPath', 'subPathExpr'].map((key) => ({ at: 'mount', key, given: (value: string) => (value ? `${key} is ${value}` : undefined) })),
};
