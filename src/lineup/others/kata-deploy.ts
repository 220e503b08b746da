import type { OtherInstaller } from './other-installer';
import { KATA_SHIMS } from '../../runtime/kata-shims';
import { listAt, nameOf, namespaceOf, textAt, type Manifest } from '../manifest';
import { isNear } from '../near';

/**
 * Kata Containers' own installer: a DaemonSet, or Jobs that a dispatcher makes from a ConfigMap, which read from their
 * environment what to install.
 *
 * @see https://github.com/kata-containers/kata-containers/tree/main/tools/packaging/kata-deploy/helm-chart
 */
export function kataDeploy(manifest: Manifest, podSpec: unknown): OtherInstaller | undefined {
  for (const container of [...listAt(podSpec, 'initContainers'), ...listAt(podSpec, 'containers')]) {
    const command = [...listAt(container, 'command'), ...listAt(container, 'args')].join(' ');
    if (!/kata-deploy/.test(`${textAt(container, 'image')} ${command} ${nameOf(manifest)}`) || /\b(cleanup|reset)\b/.test(command)) {
      continue;
    }
    const variables = listAt(container, 'env').map((variable): Variable => [textAt(variable, 'name') ?? '', textAt(variable, 'value') ?? '']);
    const found = fromVariables(manifest, variables) ?? fromFlags(manifest, command);
    if (found) {
      return found;
    }
  }
  return undefined;
}

/** The Job that a dispatcher makes for each node is a text in a ConfigMap. */
export function kataDeployTemplate(configMap: Manifest, job: string): OtherInstaller | undefined {
  const variables = [...job.matchAll(/^[ \t]*-?[ \t]*name:[ \t]*"?([A-Z0-9_]+)"?[ \t]*\r?\n[ \t]*value:[ \t]*["']?(.*?)["']?[ \t]*$/gm)];
  return fromVariables(configMap, variables.map(([, name, value]): Variable => [name, value]));
}

/** The installer with the runtimes that its user has added, where the ConfigMap that lists them is among the manifests. */
export function withCustomRuntimes(installer: OtherInstaller, configMaps: Iterable<Manifest>): OtherInstaller {
  const { listedIn, manifest, handlers } = installer;
  for (const configMap of listedIn === undefined ? [] : configMaps) {
    const list = textAt(configMap, 'data', CUSTOM_RUNTIMES);
    if (list !== undefined && namespaceOf(configMap) === namespaceOf(manifest) && nameOf(configMap).endsWith(listedIn!)) {
      const custom = list.split('\n').map((line) => line.split(':')[0].trim()).filter(Boolean);
      return { ...installer, handlers: new Set([...handlers, ...custom]), family: FAMILY };
    }
  }
  return installer;
}

const FAMILY = /^kata-/;
/** Lines `handler:shim that it is based on:snapshotter:pull type`. */
const CUSTOM_RUNTIMES = 'custom-runtimes.list';
const ARCHITECTURES = ['X86_64', 'AARCH64', 'S390X', 'PPC64LE'];

type Variable = readonly [name: string, value: string];

/** The environment of the installer, or of its containers; since chart 3.20 with an architecture behind most names. */
function fromVariables(manifest: Manifest, all: readonly Variable[]): OtherInstaller | undefined {
  const variables = new Map(all);
  const of = (name: string) => [name, ...ARCHITECTURES.map((architecture) => `${name}_${architecture}`)].flatMap((key) => all.flatMap(([given, value]) => (given === key ? [value] : [])));
  const given = of('SHIMS');
  const custom = variables.get('CUSTOM_RUNTIMES_ENABLED') === 'true';
  if (!given.length && !custom && !variables.has('MULTI_INSTALL_SUFFIX') && !variables.has('INSTALLATION_PREFIX')) {
    return undefined;
  }
  const shims = new Set(given.flatMap(words));
  const suffix = variables.get('MULTI_INSTALL_SUFFIX') ?? '';
  // The second one is reached through the console of the first.
  const variants = ['', ...(isTrue(variables.get('DEBUG')) ? ['-debug', ...(isTrue(variables.get('DEVKIT')) ? ['-devkit'] : [])] : [])];
  const handlers = new Set([...shims].flatMap((shim) => variants.map((variant) => handlerOf(shim, suffix) + variant)));
  const [defaultShim] = of('DEFAULT_SHIM');
  const makesClasses = isTrue(variables.get('CREATE_RUNTIMECLASSES'));
  return {
    product: 'kata-deploy',
    manifest,
    handlers,
    ...(custom ? { listedIn: `custom-configs${suffix && `-${suffix}`}` } : { family: FAMILY }),
    slips: slipsOf([...shims, ...of('DEFAULT_SHIM')]),
    labels: labelsOf(suffix),
    classes: new Map([
      ...(makesClasses ? [...handlers].map((handler) => [handler, handler] as const) : []),
      ...(makesClasses && isTrue(variables.get('CREATE_DEFAULT_RUNTIMECLASS')) && defaultShim ? [['kata', handlerOf(defaultShim, suffix)] as const] : []),
    ]),
    annotations: new Map([...shims].map((shim) => [handlerOf(shim, suffix), of('ALLOWED_HYPERVISOR_ANNOTATIONS').flatMap((text) => annotationsOf(text, shim))])),
  };
}

/** The dispatcher of chart 4.2 says which handlers it waits for. */
function fromFlags(manifest: Manifest, command: string): OtherInstaller | undefined {
  const handlers = /--require-node-handlers=(\S+)/.exec(command)?.[1];
  const suffix = /--multi-install-suffix=(\S+)/.exec(command)?.[1] ?? '';
  return handlers === undefined ? undefined : {
    product: 'kata-deploy',
    manifest,
    handlers: new Set(handlers.split(',')),
    family: FAMILY,
    slips: slipsOf(handlers.split(',').flatMap((handler) => (
      handler.startsWith('kata-') ? handler.slice('kata-'.length, handler.endsWith(`-${suffix}`) ? -suffix.length - 1 : undefined) : []
    ))),
    labels: labelsOf(suffix),
    classes: new Map(),
  };
}

/** Shims that Kata does not have, and that are one letter off from one of Kata's. */
function slipsOf(shims: readonly string[]): ReadonlyMap<string, string> {
  const known = KATA_SHIMS.map(({ name }) => name);
  return new Map(shims.flatMap((shim) => {
    const meant = known.includes(shim) ? undefined : known.find((name) => isNear(shim, name));
    return meant === undefined ? [] : [[shim, meant] as const];
  }));
}

function handlerOf(shim: string, suffix: string): string {
  return `kata-${shim}${suffix && `-${suffix}`}`;
}

function labelsOf(suffix: string): ReadonlyMap<string, string> {
  return new Map([['katacontainers.io/kata-runtime', 'true'], [`kata-deploy.katacontainers.io/${suffix || 'default'}`, 'true']]);
}

/** `shim:annotation,annotation shim:...`, and in older charts annotations for all shims. */
function annotationsOf(text: string, shim: string): string[] {
  return words(text).flatMap((entry) => {
    const [name, ...annotations] = entry.split(':');
    return annotations.length ? (name === shim ? annotations.join(':').split(',') : []) : name.split(',');
  }).filter(Boolean);
}

function words(text: string): string[] {
  return text.split(/\s+/).filter(Boolean);
}

function isTrue(value: string | undefined): boolean {
  return value?.toLowerCase() === 'true';
}
