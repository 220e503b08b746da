import { chains, type Chain } from './chain';
import type { Finding } from './finding';
import { LineUpIndex } from './line-up-index';
import { describe } from './manifest';
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
   * Handlers that the nodes have from somewhere that the manifests do not show.
   *
   * @default - none
   */
  readonly externalHandlers?: Iterable<string>;
}

export interface LineUpResult {
  readonly findings: readonly Finding[];
  /** Pod -> RuntimeClass -> handler -> runtime table -> shim -> configuration file -> node label; worked out when read. */
  readonly chains: readonly Chain[];
  /** What was read of the manifests, for other questions about them. */
  readonly index: LineUpIndex;
}

/**
 * Whether everything that has to say the same name says it, from the Pod to the node.
 *
 * Pure: it reads only the manifests, which may be synthesized, written by hand, rendered by Helm or read from a
 * cluster; kinds that have no part in it are passed over.
 */
export function checkLineUp(manifests: Iterable<unknown>, options: LineUpOptions = {}): LineUpResult {
  const index = new LineUpIndex(manifests, {
    external: new Set(options.externalRuntimeClasses),
    externalHandlers: new Set(options.externalHandlers),
    judgesUnknown: options.judgeUnknownClasses ?? true,
  });
  const findings: Finding[] = [];
  for (const rule of RULES) {
    for (const { object, field, message, severity = 'error', rule: id = rule.id } of rule.check(index)) {
      findings.push({ rule: id, severity, object: describe(object), manifest: object, ...(field ? { field } : {}), message });
    }
  }
  return {
    findings,
    index,
    get chains() {
      return [...chains(index)];
    },
  };
}
