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
    const found = fromVariables(manifest, variables, textAt(container, 'image')) ?? fromFlags(manifest, command, textAt(container, 'image')) ?? fromScript(manifest, command);
    if (found) {
      return found;
    }
  }
  return undefined;
}

/** The Job that a dispatcher makes for each node is a text in a ConfigMap. */
export function kataDeployTemplate(configMap: Manifest, job: string): OtherInstaller | undefined {
  const variables = [...job.matchAll(/^[ \t]*-?[ \t]*name:[ \t]*"?([A-Z0-9_]+)"?[ \t]*\r?\n[ \t]*value:[ \t]*["']?(.*?)["']?[ \t]*$/gm)];
  const image = /^[ \t]*-?[ \t]*image:[ \t]*["']?([^\s"']+)/m.exec(job)?.[1];
  return fromVariables(configMap, variables.map(([, name, value]): Variable => [name, value]), image);
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
const LABEL = 'katacontainers.io/kata-runtime';
/** Lines `handler:shim that it is based on:snapshotter:pull type`. */
const CUSTOM_RUNTIMES = 'custom-runtimes.list';
/** As the names of variables end, and as Kubernetes calls them. */
const ARCHITECTURES = { X86_64: 'amd64', AARCH64: 'arm64', S390X: 's390x', PPC64LE: 'ppc64le' } as const;
/** Images of the releases that have the shims of KATA_SHIMS, and no others; the dispatcher has a number of its own. */
const KNOWN_RELEASE = /(:4\.[12]\.\d+|k8s-job-dispatcher:0\.1\.0)(@|$)/;

type Variable = readonly [name: string, value: string];

/** The environment of the installer, or of its containers; since chart 3.20 with an architecture behind most names. */
function fromVariables(manifest: Manifest, all: readonly Variable[], image: string | undefined): OtherInstaller | undefined {
  const variables = new Map(all);
  const named = (key: string) => all.flatMap(([given, value]) => (given === key ? [value] : []));
  const of = (name: string) => [name, ...Object.keys(ARCHITECTURES).map((architecture) => `${name}_${architecture}`)].flatMap(named);
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
    slips: new Map(['', ...Object.keys(ARCHITECTURES)].flatMap((architecture) => {
      const end = architecture && `_${architecture}`;
      return slipsOf([...named(`SHIMS${end}`).flatMap(words), ...named(`DEFAULT_SHIM${end}`)], image, ARCHITECTURES[architecture as keyof typeof ARCHITECTURES]);
    })),
    labels: labelsOf(suffix),
    classes: new Map([
      ...(makesClasses ? [...handlers].map((handler) => [handler, handler] as const) : []),
      ...(makesClasses && isTrue(variables.get('CREATE_DEFAULT_RUNTIMECLASS')) && defaultShim ? [['kata', handlerOf(defaultShim, suffix)] as const] : []),
    ]),
    annotations: new Map([...shims].map((shim) => [handlerOf(shim, suffix), of('ALLOWED_HYPERVISOR_ANNOTATIONS').flatMap((text) => annotationsOf(text, shim))])),
  };
}

/** The dispatcher of chart 4.2 says which handlers it waits for. */
function fromFlags(manifest: Manifest, command: string, image: string | undefined): OtherInstaller | undefined {
  const handlers = /--require-node-handlers=(\S+)/.exec(command)?.[1];
  const suffix = /--multi-install-suffix=(\S+)/.exec(command)?.[1] ?? '';
  return handlers === undefined ? undefined : {
    product: 'kata-deploy',
    manifest,
    handlers: new Set(handlers.split(',')),
    family: FAMILY,
    slips: new Map(slipsOf(handlers.split(',').flatMap((handler) => (
      handler.startsWith('kata-') ? handler.slice('kata-'.length, handler.endsWith(`-${suffix}`) ? -suffix.length - 1 : undefined) : []
    )), image)),
    labels: labelsOf(suffix),
    classes: new Map(),
  };
}

/**
 * What the script of 2.x and 3.0 writes, which is told nothing by variables. Without a family: others may have been built into the image.
 *
 * @see https://github.com/kata-containers/kata-containers/blob/3.0.0/tools/packaging/kata-deploy/scripts/kata-deploy.sh
 */
function fromScript(manifest: Manifest, command: string): OtherInstaller | undefined {
  return /kata-deploy\.sh["']?\s+install\b/.test(command) ? {
    product: 'kata-deploy',
    manifest,
    handlers: new Set(['kata', ...['clh', 'dragonball', 'fc', 'qemu'].map((shim) => handlerOf(shim, ''))]),
    labels: new Map([[LABEL, 'true']]),
    classes: new Map(),
  } : undefined;
}

/**
 * Shims that Kata does not have, and that are one letter off from one that it has for the architecture: where nothing
 * else is said, for the one that nearly all nodes have. Only of releases whose shims are known.
 */
function slipsOf(shims: readonly string[], image = '', architecture = 'amd64'): Array<readonly [string, string]> {
  return !KNOWN_RELEASE.test(image) ? [] : shims.flatMap((shim) => {
    const meant = KATA_SHIMS.some(({ name }) => name === shim) ? undefined
      : KATA_SHIMS.find(({ name, architectures }) => architectures.includes(architecture) && isNear(shim, name));
    return meant ? [[shim, meant.name] as const] : [];
  });
}

function handlerOf(shim: string, suffix: string): string {
  return `kata-${shim}${suffix && `-${suffix}`}`;
}

function labelsOf(suffix: string): ReadonlyMap<string, string> {
  return new Map([[LABEL, 'true'], [`kata-deploy.katacontainers.io/${suffix || 'default'}`, 'true']]);
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
