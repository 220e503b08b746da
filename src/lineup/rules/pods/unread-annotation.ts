import { annotationPatternSource } from '../../../runtime/annotation-pattern';
import { KATA_CONFIG_PATH_ANNOTATION, KATA_HYPERVISOR_ANNOTATION } from '../../../runtime/kata-annotations';
import { INTERNAL } from '../../../runtime/pod-annotations';
import { CompatibilityRule } from '../../compatibility-rule';
import { celText, type Look, type PodRule } from '../../pod-rule';
import { passesOn, type SandboxFacts } from '../../sandbox-facts';

/** Annotations that have rules of their own. */
const OTHERS = [...INTERNAL.map(({ prefix }) => prefix), KATA_HYPERVISOR_ANNOTATION, KATA_CONFIG_PATH_ANNOTATION];

/** Pod -> runtime: containerd hands on only what the runtime table names (`pod_annotations`). */
export const unreadAnnotation: PodRule = {
  id: CompatibilityRule.UNREAD_ANNOTATION,
  about: 'annotations `dev.gvisor.*`, `io.gvisor.*` or `io.katacontainers.config.*` that nothing hands on to the runtime',
  gvisor: [{
    severity: 'error',
    reason: 'nothing hands it on to runsc, so it has no effect',
    instead: 'leave it out, or name it in podAnnotations of the runtime',
    source: 'containerd/containerd docs/cri/config.md (pod_annotations)',
  }],
  kata: [{
    severity: 'error',
    reason: 'nothing hands it on to Kata, so it has no effect',
    instead: 'leave it out, or name it in podAnnotations of the runtime',
    source: 'containerd/containerd docs/cri/config.md (pod_annotations)',
    when: { text: 'where the patterns of the runtime are known', holds: ({ podAnnotations }) => podAnnotations !== undefined },
  }],
  looks: [look('dev.gvisor.', 'gvisor'), look('io.katacontainers.config.', 'kata'), {
    at: 'annotation',
    key: 'io.gvisor.',
    given: (name, _, { kind }) => (kind === 'gvisor' ? `it has the annotation ${name}, and gVisor's begin with dev.gvisor` : undefined),
    cel: (_, { kind }) => String(kind === 'gvisor'),
  }],
};

function look(prefix: string, kind: SandboxFacts['kind']): Look {
  return {
    at: 'annotation',
    key: prefix,
    given: (name: string, _, sandbox) => (
      sandbox.kind === kind && passesOn(sandbox, name) === false && !OTHERS.some((other) => name.startsWith(other)) ? `it has the annotation ${name}` : undefined
    ),
    cel: (it, { kind: given, podAnnotations }) => {
      if (given !== kind || !podAnnotations || podAnnotations.includes('*')) {
        return 'false';
      }
      const known = podAnnotations.map((pattern) => `${it}.matches(${celText(`^${annotationPatternSource(pattern)}$`)})`);
      return `!(${[...OTHERS.map((other) => `${it}.startsWith(${celText(other)})`), ...known].join(' || ')})`;
    },
  };
}
