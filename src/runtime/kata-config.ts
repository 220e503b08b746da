import { shown } from './given';
import { KATA_BUILT_FOR } from './kata-components';
import type { KataOptions } from './kata-options';
import { KATA_SETTINGS, type KataSetting, type KataValue } from './kata-settings';
import type { KataShim } from './kata-shim';
import { KATA_HYPERVISORS } from './kata-shims';
import type { KataSize } from './kata-size';
import { readTomlExactly, tomlProblem, writeToml } from '../platform/toml';

/**
 * Name of our drop-in. Kata's own installer takes the prefixes up to 49 and leaves 50 to 89 to users.
 *
 * @see https://github.com/kata-containers/kata-containers/blob/main/docs/runtime-configuration.md
 */
export const KATA_DROP_IN = '50-sandbox-runtimes.toml';

/** What the drop-in of one handler is made from. */
export interface KataConfig {
  readonly shim: KataShim;
  /** Absolute path of the program that starts QEMU, for shims with QEMU. */
  readonly qemu?: string;
  readonly size?: KataSize;
  readonly options?: KataOptions;
}

type Section = { [key: string]: any };
type Sections = { readonly [section in KataSetting['section']]: Section };

/**
 * Content of the drop-in that lies in `config.d` beside a handler's copy of the shipped configuration file. A key of it
 * replaces the shipped one, lists too.
 */
export function renderKataConfig({ shim, qemu, size, options = {} }: KataConfig): string {
  const sections: Sections = { hypervisor: {}, runtime: {}, agent: {} };
  if (qemu) {
    sections.hypervisor.path = qemu;
  }
  sections.hypervisor.enable_annotations = enabledAnnotations(options.enableAnnotations ?? []);
  Object.assign(sections.hypervisor, size?._settings(shim));
  applySettings(sections, shim, options);
  applyKernelParams(sections, shim, options);
  applyTimeout(sections, shim, options);
  if (options.debug) {
    Object.values(sections).forEach((section: Section) => { section.enable_debug = true; });
  }
  if (options.guestPull) {
    Object.assign(sections.runtime, shim.isRuntimeRs ? { experimental: ['force_guest_pull'] } : { experimental_force_guest_pull: true });
  }
  const own = {
    hypervisor: { [shim._hypervisor]: sections.hypervisor },
    ...(Object.keys(sections.agent).length ? { agent: { kata: sections.agent } } : {}),
    ...(Object.keys(sections.runtime).length ? { runtime: sections.runtime } : {}),
  };
  return options.extraConfig === undefined ? writeToml(own) : withExtra(own, options.extraConfig, shim);
}

function applySettings(sections: Sections, shim: KataShim, options: KataOptions): void {
  for (const [option, setting] of Object.entries(KATA_SETTINGS)) {
    const given: unknown = options[option as keyof typeof KATA_SETTINGS];
    if (given === undefined || given === null) {
      continue;
    }
    refuseAbsent(option, setting, shim);
    sections[setting.section][setting.key] = checked(option, setting.value, given);
  }
  const sharedFs = sections.hypervisor.shared_fs;
  if (sharedFs && sharedFs !== 'none' && (sharedFs === 'inline-virtio-fs') !== (shim._hypervisor === 'dragonball')) {
    throw new Error(`sharedFs "${sharedFs}" is not of the shim ${shim.name}; "inline-virtio-fs" is Dragonball's and "virtio-fs" that of the others`);
  }
}

/** Kata's parameters come first: a drop-in cannot add to a text, only replace it. */
function applyKernelParams({ hypervisor }: Sections, shim: KataShim, options: KataOptions): void {
  const { agentHttpsProxy, agentNoProxy, debug } = options;
  if (agentNoProxy && !agentHttpsProxy) {
    throw new Error(`agentNoProxy is given (${agentNoProxy.join(', ')}) but agentHttpsProxy is not; leave it out or name the proxy`);
  }
  if (agentHttpsProxy !== undefined && !/^https?:\/\/[^\s/@"]+\/?$/.test(agentHttpsProxy)) {
    throw new Error('agentHttpsProxy must be an http or https URL without path and without credentials, which anybody on the node could read, '
      + `got "${agentHttpsProxy.replace(/\/\/[^/]*@/, '//...@')}"`);
  }
  const parameters = [
    ...options.kernelParams ?? [],
    ...agentHttpsProxy ? [`agent.https_proxy=${agentHttpsProxy}`] : [],
    ...agentNoProxy ? [`agent.no_proxy=${agentNoProxy.join(',')}`] : [],
    ...debug && shim._facts.kernelParams !== undefined ? ['agent.log=debug', 'initcall_debug'] : [],
  ];
  if (!parameters.length) {
    return;
  }
  const strange = parameters.find((parameter) => !/^[!#-[\]-~]+$/.test(parameter) || parameter.includes('{{'));
  if (strange !== undefined) {
    throw new Error(`a kernel parameter is one word without quotes and backslashes, got "${strange}"`);
  }
  const shipped = shim._facts.kernelParams;
  if (shipped === undefined) {
    throw new Error(`the kernel parameters that Kata ships for ${shim.name} are not known, and a drop-in replaces them; leave out kernelParams and agentHttpsProxy,`
      + ' or write all parameters as kernel_params in extraConfig');
  }
  hypervisor.kernel_params = [shipped, ...parameters].join(' ');
}

/** The one setting that the two runtimes keep in different sections. */
function applyTimeout(sections: Sections, shim: KataShim, { createContainerTimeout }: KataOptions): void {
  if (createContainerTimeout !== undefined) {
    const value = checked('createContainerTimeout', { kind: 'number', min: 1, whole: true }, createContainerTimeout);
    sections[shim.isRuntimeRs ? 'agent' : 'runtime'].create_container_timeout = value;
  }
}

/**
 * Names that Kata takes for regular expressions.
 *
 * @see https://github.com/kata-containers/kata-containers/blob/main/docs/how-to/how-to-set-sandbox-config-kata.md
 */
function enabledAnnotations(names: readonly string[]): string[] {
  for (const name of names) {
    if (name.startsWith('io.katacontainers.')) {
      throw new Error(`enableAnnotations has "${name}"; write only what follows "io.katacontainers.config.hypervisor."`);
    }
    if (!/^[\w.*+?()|[\]^$-]+$/.test(name) || !isRegExp(name)) {
      throw new Error(`enableAnnotations must be names of hypervisor settings such as "default_vcpus", or regular expressions, got "${name}"`);
    }
  }
  return [...names];
}

function isRegExp(text: string): boolean {
  try {
    return Boolean(new RegExp(text));
  } catch {
    return false;
  }
}

function refuseAbsent(option: string, { hypervisors, runtimes }: KataSetting, shim: KataShim): void {
  if (runtimes && (runtimes === 'rust') !== shim.isRuntimeRs) {
    throw new Error(`${option} exists in ${runtimes === 'rust' ? 'runtime-rs' : 'the Go runtime'} only, and the shim ${shim.name} is of the other runtime; `
      + `leave it out${runtimes === 'rust' ? ', or use a shim that ends in -runtime-rs' : ''}`);
  }
  const { _hypervisor: hypervisor } = shim;
  // Of one that no shim of Kata has, nothing is known to be absent.
  if (hypervisors && isOneOf(KATA_HYPERVISORS, hypervisor) && !isOneOf(hypervisors, hypervisor)) {
    throw new Error(`${option} is an option of ${hypervisors.join(', ')}, and the shim ${shim.name} runs ${hypervisor}; leave it out`);
  }
}

function isOneOf(names: readonly string[], name: string): boolean {
  return names.includes(name);
}

function checked(option: string, value: KataValue, given: any): any {
  switch (value.kind) {
    case 'boolean':
      if (typeof given === 'boolean') { return given; }
      throw unfit(option, 'true or false', given);
    case 'number':
      if (typeof given === 'number' && given >= value.min && (value.whole ? Number.isSafeInteger(given) : Number(given.toFixed(3)) === given)) { return given; }
      throw unfit(option, `a ${value.whole ? 'whole ' : ''}number of at least ${value.min}${value.whole ? '' : ' with at most three decimals'}`, given);
    case 'choice':
      if (typeof given === 'string' && value.of.includes(given)) { return given; }
      throw unfit(option, `one of ${value.of.map((one) => `"${one}"`).join(', ')}`, given);
    case 'text':
      if (typeof given === 'string' && value.pattern.test(given)) { return given; }
      throw unfit(option, value.form, given);
    case 'list':
      if (Array.isArray(given) && given.length > 0 && given.every((one) => typeof one === 'string' && value.pattern.test(one))) { return [...given]; }
      throw unfit(option, `a list of ${value.form}`, given);
  }
}

/** The sections with those of the user's text; neither replaces anything of the other. */
function withExtra(own: any, text: string, shim: KataShim): string {
  const extra = parsed(text);
  if (text.includes('{{') || text.includes(KATA_BUILT_FOR)) {
    throw new Error(`extraConfig must not contain ${text.includes('{{') ? '"{{", which Helm would take for a template' : `"${KATA_BUILT_FOR}", where nothing is installed`}`);
  }
  const strange = Object.keys(extra.hypervisor ?? {}).find((name) => name !== shim._hypervisor);
  if (strange) {
    throw new Error(`extraConfig has the section [hypervisor.${strange}], and the shim ${shim.name} reads [hypervisor.${shim._hypervisor}]; write that`);
  }
  const reserved: { [key: string]: string } = Object.fromEntries(Object.entries(KATA_SETTINGS).map(([option, { section, key }]) => [
    `${section === 'hypervisor' ? `hypervisor.${shim._hypervisor}` : section === 'agent' ? 'agent.kata' : section}.${key}`, option,
  ]));
  reserved[`hypervisor.${shim._hypervisor}.enable_annotations`] = 'enableAnnotations';
  return writeToml(merged(parsed(writeToml(own)), extra, '', reserved), { numbersAsFloat: true });
}

function merged(own: any, extra: any, path: string, reserved: { readonly [key: string]: string }): any {
  const result = { ...own };
  for (const [key, value] of Object.entries<any>(extra)) {
    const name = path ? `${path}.${key}` : key;
    const known = Object.hasOwn(own, key);
    if (Object.hasOwn(reserved, name)) {
      throw new Error(`extraConfig sets ${name}, which has an option of its own; set ${reserved[name]} instead`);
    }
    if (isTable(value)) {
      if (known && !isTable(own[key])) {
        throw new Error(`extraConfig has a table ${name}, which is a value; leave it out`);
      }
      result[key] = merged(known ? own[key] : {}, value, name, reserved);
    } else if (known) {
      throw new Error(`extraConfig sets ${name}, which other options set already; leave one of them out`);
    } else {
      result[key] = value;
    }
  }
  return result;
}

/** Integers are bigint and floats number, so that a user's `1.0` is written as that: Kata tells the two apart. */
function parsed(text: string): any {
  try {
    return readTomlExactly(text);
  } catch (error) {
    throw new Error(`extraConfig is not TOML: ${tomlProblem(error)}`);
  }
}

function isTable(value: any): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function unfit(option: string, allowed: string, given: unknown): Error {
  return new Error(`${option} must be ${allowed}, got ${shown(given)}`);
}
