import { InputError, readManifests } from './input';
import { checkLineUp } from '../lineup/line-up';
import type { Manifest } from '../lineup/manifest';
import { chainTable } from '../lineup/report/chain-table';
import { findingList } from '../lineup/report/finding-list';

export interface CheckOptions {
  readonly paths: readonly string[];
  readonly external: readonly string[];
  readonly standardInput: () => string;
}

export interface CheckResult {
  /** Table, findings and a last line that sums up. */
  readonly text: string;
  readonly errors: number;
}

/** @throws InputError if there is nothing that can be judged */
export function check({ paths, external, standardInput }: CheckOptions): CheckResult {
  const places = new Map<Manifest, string>();
  for (const { manifest, where } of readManifests(paths, standardInput)) {
    places.set(manifest, where);
  }
  if (!places.size) {
    throw new InputError(`there is no Kubernetes object in ${paths.map((path) => (path === '-' ? 'standard input' : path)).join(', ')}; `
      + 'name files or folders with .yaml, .yml or .json, for example the folder that cdk8s synth writes (dist)');
  }
  const { findings, chains } = checkLineUp(places.keys(), { externalRuntimeClasses: external, where: (object) => places.get(object) });
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const summary = `${count(places.size, 'object')}, ${count(chains.length, 'chain')}, ${count(errors, 'error')}, ${count(findings.length - errors, 'warning')}`;
  const text = [
    chains.length ? chainTable(chains) : 'No object names a RuntimeClass, and there is none.',
    ...(findings.length ? [findingList(findings)] : []),
    summary,
  ].join('\n\n');
  return { text, errors };
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
