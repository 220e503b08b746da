import { existsSync, readFileSync } from 'node:fs';
import { parseIgnore, type IgnoreRule } from './ignored-findings';
import { InputError } from './input/input-error';
import { readYaml } from './input/yaml-text';
import type { Severity } from '../lineup/finding';
import { isRecord } from '../lineup/manifest';

/** Read where a check runs, if it is there and no other file is named. */
export const SETTINGS_FILE = '.cdk8s-sandbox-runtimes.yaml';

/** What holds for all checks of a repository, from a file and from flags. */
export interface CheckSettings {
  /** RuntimeClasses that somebody else owns. */
  readonly external: readonly string[];
  /** Handlers that nodes have from elsewhere. */
  readonly handlers: readonly string[];
  /** Lowest severity that is reported. */
  readonly severity: Severity;
  readonly ignore: readonly IgnoreRule[];
}

const MEMBERS = ['external', 'handlers', 'severity', 'ignore'];
const SEVERITIES = ['error', 'warning'];

/** @param file undefined: the usual one, if it is there */
export function readSettings(file: string | undefined): Partial<CheckSettings> {
  if (file === undefined && !existsSync(SETTINGS_FILE)) {
    return {};
  }
  const path = file ?? SETTINGS_FILE;
  const { documents: [document], problems: [problem] } = readYaml(textOf(path));
  if (problem) {
    throw new InputError(`${path}:${problem.line}:${problem.column}: ${problem.message}`);
  }
  return settingsIn(path, document?.value ?? {});
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const why = existsSync(path) ? `cannot be read (${(error as Error).message})` : 'does not exist';
    throw new InputError(`the settings file ${path} ${why}; name a file that has ${MEMBERS.join(', ')}, or leave --config out`);
  }
}

/**
 * Settings from a value that somebody wrote.
 *
 * @param path where, for messages
 */
export function settingsIn(path: string, value: unknown): Partial<CheckSettings> {
  const strange = isRecord(value) ? Object.keys(value).filter((key) => !MEMBERS.includes(key)) : ['no object'];
  if (!isRecord(value) || strange.length) {
    throw new InputError(`${path} has ${strange.join(', ')}; it may have ${MEMBERS.join(', ')}`);
  }
  return {
    ...namesOf(path, value, 'external'),
    ...namesOf(path, value, 'handlers'),
    ...(value.severity === undefined ? {} : { severity: severityOf(`${path}: severity`, value.severity) }),
    ...(value.ignore === undefined ? {} : { ignore: ignoresOf(path, value.ignore) }),
  };
}

export function severityOf(what: string, value: unknown): Severity {
  if (!SEVERITIES.includes(String(value))) {
    throw new InputError(`${what} is ${JSON.stringify(value)}; it may be ${SEVERITIES.join(' or ')}`);
  }
  return value as Severity;
}

function namesOf(path: string, value: { readonly [key: string]: unknown }, member: 'external' | 'handlers') {
  const names = value[member];
  if (names !== undefined && !(Array.isArray(names) && names.every((name) => typeof name === 'string'))) {
    throw new InputError(`${path}: ${member} is ${JSON.stringify(names)}; write a list of names`);
  }
  return names === undefined ? {} : { [member]: names };
}

function ignoresOf(path: string, list: unknown): IgnoreRule[] {
  if (!Array.isArray(list)) {
    throw new InputError(`${path}: ignore is ${JSON.stringify(list)}; write a list of {rule, object, reason}`);
  }
  return list.map((entry) => {
    if (typeof entry === 'string') {
      return parseIgnore(entry);
    }
    const { rule, object, reason } = isRecord(entry) ? entry : {};
    if (typeof rule !== 'string' || typeof reason !== 'string' || !reason.trim() || !['string', 'undefined'].includes(typeof object)) {
      throw new InputError(`${path}: ignore has ${JSON.stringify(entry)}; write {rule, object, reason}, of which only the object may be left out`);
    }
    return { rule, reason, ...(object === undefined ? {} : { object: object as string }) };
  });
}
