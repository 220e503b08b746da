import { isResolvedLater, shown } from './given';
import { isDnsSubdomain } from './runtime-names';

/** Part of a label's key or its value. @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/ */
const LABEL = /^[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/;

/** Whether it can be the key of a label, or of a taint. */
export function isLabelKey(key: string): boolean {
  const [name, prefix, ...more] = key.split('/').reverse();
  return more.length === 0 && LABEL.test(name) && (prefix === undefined || isDnsSubdomain(prefix));
}

/** Whether it can be the value of a label, or of a taint. */
export function isLabelValue(value: unknown): boolean {
  return typeof value === 'string' && (value === '' || LABEL.test(value));
}

/** Refuses labels that no object of Kubernetes can have. */
export function refuseLabels(described: string, labels: { readonly [label: string]: string } = {}): void {
  for (const [key, value] of Object.entries(labels)) {
    if (!isLabelKey(key)) {
      throw new Error(`${described} has the key "${key}", which no label can have; write one such as "pool" or "example.com/pool"`);
    }
    if (value !== undefined && !isResolvedLater(value) && !isLabelValue(value)) {
      throw new Error(`${described} has ${shown(value)} for "${key}", which no label can have: at most 63 letters, digits, "-", "_" and ".", as text`);
    }
  }
}
