import { annotationMatches } from '../../runtime/annotation-pattern';
import { isEnabled, KATA_HYPERVISOR_ANNOTATION } from '../../runtime/kata-annotations';
import { kataClasses, type KataClass } from '../kata-class';
import { podAnnotations } from '../pod-metadata';
import type { Rule } from '../rule';

/**
 * Pod -> hypervisor: an annotation that changes the virtual machine passes containerd (`pod_annotations`), or it has no
 * effect, and is allowed by Kata (`enable_annotations`), or the Pod does not start.
 */
export const kataAnnotations: Rule = {
  id: 'kata-annotations',
  *check(index) {
    for (const kata of kataClasses(index)) {
      for (const { object, podPath } of index.sandboxed.get(kata.name) ?? []) {
        for (const annotation of podAnnotations(object).keys()) {
          const message = annotation.startsWith(KATA_HYPERVISOR_ANNOTATION) ? problem(kata, annotation) : undefined;
          if (message) {
            // Another installer may have been told to allow it.
            yield { object, field: [...podPath.slice(0, -1), 'metadata', 'annotations', annotation], message, severity: kata.installed ? 'error' : 'warning' };
          }
        }
      }
    }
  },
};

function problem({ name, shim, installed, enabledAnnotations, podAnnotations: passed }: KataClass, annotation: string): string | undefined {
  const setting = annotation.slice(KATA_HYPERVISOR_ANNOTATION.length);
  const allowed = isEnabled(setting, enabledAnnotations);
  const passes = passed.some((pattern) => annotationMatches(pattern, annotation));
  if (allowed && passes) {
    return undefined;
  }
  const where = `the RuntimeClass "${name}" (${shim.name})`;
  if (!installed) {
    return `has the annotation ${annotation}, and as Kata ships it ${where} allows only ${enabledAnnotations.join(', ') || 'none'} (enable_annotations), so the Pod `
      + 'does not start unless its installer was told to allow it';
  }
  const missing = [...passes ? [] : ['podAnnotations'], ...allowed ? [] : ['enableAnnotations']];
  return `has the annotation ${annotation}, which ${where} ${passes ? 'refuses, so the Pod does not start' : 'never gets to see, so it has no effect'}; `
    + `leave it out, or allow it for every Pod of the class by ${missing.join(' and ')}`;
}
