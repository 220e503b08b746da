import { shown } from './given';
import type { GVisorRelease } from './gvisor-release';
import { compareGVisorVersions } from './gvisor-version';
import { REFUSED_RUNSC_FLAGS, RUNSC_FLAG_SINCE, RUNSC_FLAGS, type RunscFlagValue } from './runsc-flags';
import type { RunscOptions } from './runsc-options';
import { RUNSC_RULES } from './runsc-rules';

/**
 * Where shim and runsc write with `debug`. The `/` at the end makes each of them name its files by sandbox and command
 * (the `%ID%` of older documentation is no longer replaced in `log_path`).
 */
export const DEBUG_LOGS = '/var/log/runsc/';

type Flags = { readonly [flag: string]: string };

/** Flags with those that the options stand for; refuses what the release would not start with. */
export function chosenFlags(others: Flags, options: RunscOptions, release: GVisorRelease): { [flag: string]: string } {
  const flags: { [flag: string]: string } = {
    ...others,
    ...(options.debug ? { 'debug-log': DEBUG_LOGS } : {}),
    ...typedFlags(options),
    ...extraFlags(options.extraFlags ?? {}),
  };
  for (const flag of Object.keys(flags)) {
    refuseNewerFlag(flag, release.version);
  }
  for (const rule of RUNSC_RULES) {
    const problem = rule(flags);
    if (problem) {
      throw new Error(problem);
    }
  }
  return flags;
}

function typedFlags(options: RunscOptions): { [flag: string]: string } {
  const flags: { [flag: string]: string } = {};
  for (const [option, { flag, value }] of Object.entries(RUNSC_FLAGS)) {
    const given: unknown = options[option as keyof typeof RUNSC_FLAGS];
    if (given !== undefined && given !== null) {
      flags[flag] = flagText(option, value, given);
    }
  }
  return flags;
}

/** A flag's value as runsc reads it. All values are strings in `runsc.toml`, or the shim cannot decode the file. */
function flagText(option: string, value: RunscFlagValue, given: unknown): string {
  switch (value.kind) {
    case 'boolean':
      if (typeof given === 'boolean') { return String(given); }
      throw unfit(option, 'true or false', given);
    case 'integer':
      if (Number.isSafeInteger(given) && Number(given) >= value.min && Number(given) <= value.max) { return String(given); }
      throw unfit(option, `an integer from ${value.min} to ${value.max}`, given);
    case 'choice':
      if (typeof given === 'string' && value.of.includes(given)) { return given; }
      throw unfit(option, `one of ${value.of.map((one) => `"${one}"`).join(', ')}`, given);
    case 'text':
      if (typeof given === 'string' && value.pattern.test(given)) { return plain(option, given); }
      throw unfit(option, value.form, given);
    case 'list':
      if (Array.isArray(given) && given.length > 0 && given.every((one) => typeof one === 'string' && value.pattern.test(one))) {
        return given.join(',');
      }
      throw unfit(option, `a list of ${value.form}`, given);
  }
}

function extraFlags(extra: { readonly [flag: string]: string }): { [flag: string]: string } {
  const typed = Object.entries(RUNSC_FLAGS);
  for (const [flag, value] of Object.entries(extra)) {
    const bare = flag.replace(/^-+/, '');
    const option = typed.find(([name, known]) => bare === known.flag || bare === name)?.[0];
    if (option) {
      throw new Error(`the extra flag "${flag}" has a member of its own; set ${option} instead`);
    }
    const refused = REFUSED_RUNSC_FLAGS.find((entry) => entry.flag.test(bare));
    if (refused) {
      throw new Error(`the extra flag "${flag}" is not allowed: ${refused.reason}`);
    }
    if (!/^[A-Za-z][\w-]*$/.test(flag)) {
      throw new Error('an extra flag is a name of runsc\'s, without dashes before it and without a value: letters, digits, "-" and "_",'
        + ` got "${flag}"`);
    }
    if (typeof value !== 'string') {
      throw unfit(`the extra flag "${flag}"`, 'a string', value);
    }
    plain(`the extra flag "${flag}"`, value);
  }
  return { ...extra };
}

function refuseNewerFlag(flag: string, release: string): void {
  const since = Object.hasOwn(RUNSC_FLAG_SINCE, flag) ? RUNSC_FLAG_SINCE[flag] : undefined;
  if (since && compareGVisorVersions(release, since) < 0) {
    const option = Object.entries(RUNSC_FLAGS).find(([, known]) => known.flag === flag)?.[0];
    throw new Error(`runsc has the flag "${flag}" since release ${since}, and the runtime's release is ${release}, with which no Pod would`
      + ` start; use release ${since} or newer, or leave out ${option ?? `the extra flag "${flag}"`}`);
  }
}

/** Values end up in a log, a process list and a ConfigMap: printable ASCII, and nothing that Helm would take for a template. */
function plain(what: string, value: string): string {
  if (!/^[ -~]*$/.test(value) || value.includes('{{')) {
    throw unfit(what, 'printable ASCII without "{{"', value);
  }
  return value;
}

function unfit(what: string, allowed: string, given: unknown): Error {
  return new Error(`${what} must be ${allowed}, got ${shown(given)}`);
}
