import { chains, type Chain } from './chain';
import type { Finding } from './finding';
import { LineUpIndex } from './line-up-index';
import { describe, type Manifest } from './manifest';
import { RULES } from './rules';

export interface LineUpOptions {
  /**
   * RuntimeClasses that somebody else owns. Neither they nor their absence are judged.
   *
   * @default - none
   */
  readonly externalRuntimeClasses?: Iterable<string>;

  /**
   * Whether it is a finding that nothing knows a class (neither the manifests nor `externalRuntimeClasses`) or
   * installs its handler. It is none where the manifests are only a part of what the cluster gets.
   *
   * @default true
   */
  readonly judgeUnknownClasses?: boolean;

  /**
   * Where an object comes from: a construct's path, a file and line.
   *
   * @default - findings name only the object
   */
  readonly where?: (object: Manifest) => string | undefined;
}

export interface LineUpResult {
  readonly findings: readonly Finding[];
  /** Pod -> RuntimeClass -> handler -> runtime table -> shim -> configuration file -> node label; worked out when read. */
  readonly chains: readonly Chain[];
}

/**
 * Whether everything that has to say the same name says it, from the Pod to the node.
 *
 * Pure: it reads only the manifests, which may be synthesized, written by hand, rendered by Helm or read from a
 * cluster; kinds that have no part in it are passed over.
 */
export function checkLineUp(manifests: Iterable<unknown>, options: LineUpOptions = {}): LineUpResult {
  const index = new LineUpIndex(manifests, new Set(options.externalRuntimeClasses), options.judgeUnknownClasses ?? true);
  const findings: Finding[] = [];
  for (const rule of RULES) {
    for (const { object, message, severity = 'error', rule: id = rule.id } of rule.check(index)) {
      const where = options.where?.(object);
      findings.push({ rule: id, severity, object: describe(object), ...(where === undefined ? {} : { where }), message });
    }
  }
  return {
    findings,
    get chains() {
      return [...chains(index)];
    },
  };
}
