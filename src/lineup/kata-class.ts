import type { InstalledRuntime } from './installer';
import type { LineUpIndex, RuntimeClass } from './line-up-index';
import { listAt, recordAt, valueAt } from './manifest';
import { parseToml } from './runtime-table';
import type { RuntimePlan } from '../installer/install-plan';
import { KATA_SHIMS, type KataShimFacts } from '../runtime/kata-shims';

/** What the Pods of a class meet, where that is Kata Containers. */
export interface KataClass {
  readonly name: string;
  readonly object?: RuntimeClass['object'];
  /** Whether an installer among the manifests brings it, so that its settings are known; else they are taken to be as Kata ships them. */
  readonly installed: boolean;
  readonly shim: ShimOfClass;
  /** Size of a guest whose Pod has no limits; undefined where the guest is not on the node. */
  readonly defaults?: { readonly memory: number; readonly vcpus: number };
  /** What a guest gets beyond its Pod's limits; undefined where Kata has no such settings. */
  readonly guestOverhead?: { readonly memory: number; readonly vcpus: number };
  readonly staticSizing: boolean;
  /** `enable_annotations`. */
  readonly enabledAnnotations: readonly string[];
  /** `pod_annotations` of the runtime table. */
  readonly podAnnotations: readonly string[];
}

/** What the rules ask of a shim. */
export type ShimOfClass = Pick<KataShimFacts, 'name' | 'hypervisor' | 'defaults' | 'guestOverhead' | 'staticSizing' | 'annotations'> & {
  /** `overhead.podFixed` of Kata's own class, where it has one. */
  readonly podFixed?: KataShimFacts['podFixed'];
};

/** Pattern that Kata's own installer writes to the runtime table. */
const SHIPPED_POD_ANNOTATIONS = ['io.katacontainers.*'];

/** All classes of Kata that manifests name or define; those of others are left out. */
export function kataClasses(index: LineUpIndex): KataClass[] {
  const names = new Set([...index.classes.keys(), ...index.sandboxed.keys()]);
  return [...names].sort().flatMap((name) => kataClass(index, name) ?? []);
}

function kataClass({ classes, runtimes, external, judgesUnknown, others }: LineUpIndex, name: string): KataClass | undefined {
  const [found] = classes.get(name) ?? [];
  const known = runtimes.find(({ runtime }) => (found ? runtime.handler === found.handler : runtime.runtimeClassName === name));
  if (external.has(name) || (!found && !known && !judgesUnknown)) {
    return undefined;
  }
  // Kata's own installer gives class and handler the same name.
  const shim = known ? installedShim(known.runtime) : shimOf(found?.handler ?? name);
  const settings = shim && (known ? installedSettings(known, shim) : shippedSettings(shim, others, found?.handler ?? name));
  return settings && { ...settings, name, object: found?.object, shim };
}

type Settings = Omit<KataClass, 'name' | 'object' | 'shim'>;

/** @param others installers of others, which may have been told to allow more annotations */
function shippedSettings(shim: ShimOfClass, others: LineUpIndex['others'], handler: string): Settings {
  const { defaults, guestOverhead, staticSizing, annotations } = shim;
  const enabledAnnotations = [...annotations, ...others.flatMap((installer) => installer.annotations?.get(handler) ?? [])];
  return { installed: false, defaults, guestOverhead, staticSizing, enabledAnnotations, podAnnotations: SHIPPED_POD_ANNOTATIONS };
}

function installedSettings({ installer, plan, runtime, tables }: InstalledRuntime, shim: ShimOfClass): Settings {
  const config = parseToml(installer.bundle.get(`files/${runtime.config.key}`) ?? '');
  const hypervisor = recordAt(config, 'hypervisor', shim.hypervisor);
  const table = typeof tables.v3 === 'object' ? tables.v3.entry : {};
  const numberOf = (key: string, shipped: number) => (typeof hypervisor[key] === 'number' ? hypervisor[key] : shipped);
  const sizeOf = (prefix: string, shipped: KataShimFacts['defaults']) => shipped && {
    memory: numberOf(`${prefix}_memory`, shipped.memory), vcpus: numberOf(`${prefix}_vcpus`, shipped.vcpus),
  };
  const isStatic = valueAt(config, 'runtime', 'static_sandbox_resource_mgmt');
  return {
    installed: true,
    defaults: sizeOf('default', shim.defaults),
    guestOverhead: sizeOf('overhead', shim.guestOverhead),
    staticSizing: typeof isStatic === 'boolean' ? isStatic : shim.staticSizing,
    enabledAnnotations: hypervisor.enable_annotations === undefined ? shim.annotations : listAt(hypervisor, 'enable_annotations').map(String),
    // CRI-O hands all of them on.
    podAnnotations: plan.platform.kind === 'crio' ? ['*'] : listAt(table, 'pod_annotations').map(String),
  };
}

/** The shim that an installer brings: one that the plan describes, or one of Kata's own. */
function installedShim({ runtime, shimFacts }: RuntimePlan): ShimOfClass | undefined {
  return shimFacts ? { ...shimFacts, name: runtime.replace(/^kata-/, ''), annotations: [] } : shimOf(runtime);
}

/** The shim of a handler `kata-<shim>`, with or without a suffix. */
function shimOf(handler: string): KataShimFacts | undefined {
  if (!handler.startsWith('kata-')) return undefined;
  return KATA_SHIMS.filter(({ name }) => handler === `kata-${name}` || handler.startsWith(`kata-${name}-`))
    .reduce<KataShimFacts | undefined>((longest, shim) => (longest && longest.name.length >= shim.name.length ? longest : shim), undefined);
}
