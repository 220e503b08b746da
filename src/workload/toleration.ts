import { oneOf, requireKinds, TEXT } from '../runtime/given';
import { isLabelKey, isLabelValue } from '../runtime/label-syntax';

/** What a taint does to Pods that do not tolerate it. */
export enum TaintEffect {
  /** New Pods are not scheduled. */
  NO_SCHEDULE = 'NoSchedule',
  /** New Pods are scheduled elsewhere if possible. */
  PREFER_NO_SCHEDULE = 'PreferNoSchedule',
  /** New Pods are not scheduled, running ones are evicted. */
  NO_EXECUTE = 'NoExecute',
}

/**
 * A taint that Pods put up with.
 *
 * @see https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/
 */
export interface Toleration {
  /**
   * Key of the taint.
   *
   * @default - every key
   */
  readonly key?: string;

  /**
   * Value of the taint.
   *
   * @default - every value (operator `Exists`)
   */
  readonly value?: string;

  /**
   * Effect of the taint.
   *
   * @default - every effect
   */
  readonly effect?: TaintEffect;
}

const KINDS = { key: TEXT, effect: oneOf(TaintEffect) };

/** The toleration as Kubernetes writes it. Throws where no taint can be like that. */
export function tolerationManifest(toleration: Toleration): Record<string, string> {
  requireKinds('a toleration', toleration, KINDS);
  if (!toleration.key && toleration.value !== undefined) {
    throw new Error(`a toleration has the value "${toleration.value}" but no key; name the key of the taint, or leave out the value to tolerate every taint`);
  }
  if (toleration.key && !isLabelKey(toleration.key)) {
    throw new Error(`a toleration has the key "${toleration.key}", which no taint can have; write one such as "sandbox" or "example.com/sandbox"`);
  }
  if (toleration.value !== undefined && !isLabelValue(toleration.value)) {
    throw new Error(`a toleration has the value ${JSON.stringify(toleration.value)}, which no taint can have: at most 63 letters, digits, "-", "_" and ".", as text`);
  }
  return {
    ...(toleration.key ? { key: toleration.key } : {}),
    ...(toleration.value !== undefined ? { operator: 'Equal', value: toleration.value } : { operator: 'Exists' }),
    ...(toleration.effect ? { effect: toleration.effect } : {}),
  };
}
