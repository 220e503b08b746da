import { isRecord, listAt, recordAt, valueAt } from './manifest';
import { quote } from './quote';
import { INSTALL_PLAN_FORMAT, TABLE_FORMATS, type ContainerRuntime, type InstallPlan } from '../installer/install-plan';

/** A primitive's name, an object's members (`name?` may be absent, `*` stands for any), or an array's element. */
type Shape = 'string' | 'number' | 'boolean' | readonly [Shape] | { readonly [member: string]: Shape };

const MACHINE_SIZE: Shape = { memory: 'number', vcpus: 'number' };
const HOST_FILE: Shape = { path: 'string', key: 'string', sha256: 'string' };

/** What the rules read of an install plan. */
const PLAN: Shape = {
  'format': 'number',
  'installer': 'string',
  'desiredState': 'string',
  'deadline?': { seconds: 'number', then: 'string' },
  'platform': {
    'kind?': 'string',
    'name': 'string',
    'family?': 'string',
    'configFile': 'string',
    'socket': 'string',
    'binaries': ['string'],
    'restart': { kind: 'string' },
  },
  'runtimes': [{
    'handler': 'string',
    'runtimeClassName': 'string',
    'runtime': 'string',
    'release': 'string',
    'label': 'string',
    'runtimeType': 'string',
    'shim': 'string',
    'config': HOST_FILE,
    'baseConfig?': { path: 'string', source: 'string', builtFor: 'string' },
    'sharedConfig?': HOST_FILE,
    'programs?': [HOST_FILE],
    'tables': { '*': 'string' },
    'artifact': {
      'kind?': 'string',
      'directory': 'string',
      'required': ['string'],
      'version': { command: ['string'], output: 'string' },
    },
    'requires': {
      'kernel': 'string',
      'devices': ['string'],
      'sysctls': [{ 'path': 'string', 'minimum?': 'number', 'not?': 'number', 'level': 'string', 'reason': 'string' }],
      'noSelinux': 'boolean',
      'freeBytes?': 'number',
      'memoryBytes?': 'number',
      'snapshotter?': 'string',
    },
    'shimFacts?': {
      'rust': 'boolean',
      'hypervisor': 'string',
      'components': ['string'],
      'componentsOnArm64': ['string'],
      'files': ['string'],
      'shimPath?': 'string',
      'configurationFile?': 'string',
      'devices': ['string'],
      'staticSizing': 'boolean',
      'defaults?': MACHINE_SIZE,
      'guestOverhead?': MACHINE_SIZE,
    },
  }],
  'kubelet?': { 'unit': 'string', 'kind': 'string', 'file': HOST_FILE, 'environmentFiles?': ['string'] },
  'crictl?': HOST_FILE,
  'gate?': { 'namespace': 'string', 'slots': ['string'], 'nodeLeasePrefix': 'string', 'startupTaint?': 'string' },
};

/** What a plan for a container runtime has beside that: of its platform, and of each runtime. */
const CONTAINER_RUNTIMES: { readonly [kind in ContainerRuntime]: Shape } = {
  containerd: ofContainerRuntime('containerd', {
    'dropInFile': 'string',
    'imported?': ['string'],
    'adopts?': 'boolean',
    'state?': 'string',
    'templates?': [{ 'version': 'number', 'file': 'string', 'dropInFile?': 'string', 'base?': 'string' }],
    'managed?': { mark: 'string', mergedFile: 'string' },
    'copied?': { original: 'string', variable: 'string', unitDropIn: 'string' },
  }),
  crio: ofContainerRuntime('crio', { dropInFolder: 'string', disablesSelinux: 'boolean' }),
  docker: ofContainerRuntime('docker', { 'engineSocket': 'string', 'defaultRuntime?': 'string' }),
};

function ofContainerRuntime(name: ContainerRuntime, platform: Shape): Shape {
  return {
    platform,
    runtimes: [{
      tables: Object.fromEntries(TABLE_FORMATS[name].map((format) => [format, 'string'])),
      requires: { [name]: { minimum: 'string', broken: [{ from: 'string', to: 'string', reason: 'string' }] } },
    }],
  };
}

/** What the kinds of restart name. */
const RESTARTS: { readonly [kind: string]: Shape } = { systemd: { 'unit': 'string', 'otherUnit?': 'string' }, supervised: { pidFile: 'string' }, watched: {} };

const CHECKSUM: Shape = { algorithm: 'string', hex: 'string' };
const PART = { 'root?': 'string', 'include?': ['string'] } as const;

/** What a release is made of, by where it comes from. */
const ARTIFACTS: { readonly [kind: string]: Shape } = {
  download: { archives: { '*': { url: 'string', checksum: CHECKSUM, ...PART } } },
  image: { image: 'string', imageFolder: 'string', copies: 'string', archives: { '*': { 'names': ['string'], 'checksums?': { '*': CHECKSUM }, ...PART } } },
  node: { files: { '*': ['string'] } },
};

/** The plan, or a sentence that says why the text is none. */
export function readPlan(text: string): InstallPlan | string {
  let plan: unknown;
  try {
    plan = JSON.parse(text);
  } catch (error) {
    return `plan.json is not JSON: ${(error as Error).message}`;
  }
  const format = valueAt(plan, 'format');
  if (typeof format === 'number' && format !== INSTALL_PLAN_FORMAT) {
    return `plan.json has the format ${format}, and this version reads only ${INSTALL_PLAN_FORMAT}; check it with the version of the library that wrote it`;
  }
  return mismatch(PLAN, plan, 'plan.json') ?? containerRuntimeMismatch(plan) ?? restartMismatch(recordAt(plan, 'platform', 'restart'))
    ?? firstOf(listAt(plan, 'runtimes').entries(), artifactMismatch) ?? plan as InstallPlan;
}

function containerRuntimeMismatch(plan: unknown): string | undefined {
  const kind = valueAt(plan, 'platform', 'kind') ?? 'containerd';
  const shape = Object.hasOwn(CONTAINER_RUNTIMES, String(kind)) ? CONTAINER_RUNTIMES[kind as ContainerRuntime] : undefined;
  return shape ? mismatch(shape, plan, 'plan.json') : `plan.json.platform.kind has to be crio, docker or absent (containerd), not ${quote(kind)}`;
}

function artifactMismatch([index, runtime]: [number, unknown]): string | undefined {
  const path = `plan.json.runtimes[${index}].artifact`;
  const artifact = recordAt(runtime, 'artifact');
  const kind = String(artifact.kind ?? 'download');
  return Object.hasOwn(ARTIFACTS, kind) && artifact.kind !== 'download'
    ? mismatch(ARTIFACTS[kind], artifact, path) : `${path}.kind has to be image, node or absent (downloaded), not ${quote(kind)}`;
}

function restartMismatch(restart: { readonly [key: string]: unknown }): string | undefined {
  const shape = Object.hasOwn(RESTARTS, String(restart.kind)) ? RESTARTS[String(restart.kind)] : undefined;
  const path = 'plan.json.platform.restart';
  return shape ? mismatch(shape, restart, path) : `${path}.kind has to be ${Object.keys(RESTARTS).join(' or ')}, not ${quote(restart.kind)}`;
}

function mismatch(shape: Shape, value: unknown, path: string): string | undefined {
  if (typeof shape === 'string') {
    return typeof value === shape ? undefined : `${path} has to be a ${shape}, not ${quote(value)}`;
  }
  if (isElementShape(shape)) {
    return Array.isArray(value)
      ? firstOf(value.entries(), ([index, element]) => mismatch(shape[0], element, `${path}[${index}]`))
      : `${path} has to be an array, not ${quote(value)}`;
  }
  if (!isRecord(value)) {
    return `${path} has to be an object, not ${quote(value)}`;
  }
  return firstOf(Object.entries(shape), ([member, inner]) => {
    if (member === '*') {
      return firstOf(Object.entries(value), ([key, entry]) => mismatch(inner, entry, `${path}.${key}`));
    }
    const optional = member.endsWith('?');
    const key = optional ? member.slice(0, -1) : member;
    return optional && value[key] === undefined ? undefined : mismatch(inner, value[key], `${path}.${key}`);
  });
}

function isElementShape(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape);
}

function firstOf<T>(items: Iterable<T>, problem: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = problem(item);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}
