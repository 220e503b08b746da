import { readCrioTable } from './crio-table';
import { readDockerRuntime } from './docker-runtime';
import { describe, nameOf, namespaceOf, recordAt, textAt, valueAt, type Manifest } from './manifest';
import { readPlan } from './plan-shape';
import { viewPod, type PodView } from './pod-view';
import { readRuntimeTable, type RuntimeTable } from './runtime-table';
import { containerRuntimeOf, TABLE_FORMATS, type InstallPlan, type RuntimePlan, type TableFormat } from '../installer/install-plan';
import { PLAN_HASH_ANNOTATION, POD_LAYOUT } from '../installer/pod-layout';
import { CONTAINERD_TABLES } from '../platform/containerd-config';

const READERS: { readonly [format in TableFormat]: (text: string) => RuntimeTable | string } = {
  v2: (text) => readRuntimeTable(text, CONTAINERD_TABLES.v2),
  v3: (text) => readRuntimeTable(text, CONTAINERD_TABLES.v3),
  // Named only when one of them is needed: their modules are loaded then (projenrc/bundle-library.mjs).
  crio: (text) => readCrioTable(text),
  docker: (text) => readDockerRuntime(text),
};

/** A DaemonSet that carries out an install plan, with the ConfigMaps it mounts. */
export interface Installer {
  readonly daemonSet: Manifest;
  /** `<namespace>/<DaemonSet>`, as the plan names it. */
  readonly name: string;
  readonly namespace: string;
  readonly pod: PodView;
  readonly planHash?: string;
  /** What the Pod finds below its bundle folder: path to content. */
  readonly bundle: ReadonlyMap<string, string>;
  /** What is wrong with the ConfigMaps that the bundle names: ones and keys that the manifests lack, or have twice. */
  readonly missing: readonly string[];
  /** Absent if there is none that can be read; then `planProblem` says why. */
  readonly plan?: InstallPlan;
  readonly planProblem?: string;
}

/** A runtime that an installer brings to its nodes. */
export interface InstalledRuntime {
  readonly installer: Installer;
  readonly plan: InstallPlan;
  readonly runtime: RuntimePlan;
  /** By the platform's formats: a table, a sentence that says why it is none, or undefined where its file is missing. */
  readonly tables: { readonly [format in TableFormat]?: RuntimeTable | string };
}

const CORRECTION = 'add it, or correct the name in the DaemonSet';

/** Whether a DaemonSet is one of our installers: by its annotation, or by what it mounts. */
export function isInstaller(daemonSet: Manifest): boolean {
  return textAt(daemonSet, 'spec', 'template', 'metadata', 'annotations', PLAN_HASH_ANNOTATION) !== undefined
    || viewPod(valueAt(daemonSet, 'spec', 'template', 'spec')).containers.some(({ mounts }) => mounts.some(({ path }) => path === POD_LAYOUT.bundle));
}

/** @param configMaps the ConfigMaps of a name in the installer's namespace */
export function readInstaller(daemonSet: Manifest, configMaps: (namespace: string, name: string) => readonly Manifest[]): Installer {
  const namespace = namespaceOf(daemonSet);
  const pod = viewPod(valueAt(daemonSet, 'spec', 'template', 'spec'));
  const bundle = new Map<string, string>();
  const missing: string[] = [];
  for (const source of bundleSources(pod)) {
    const [configMap, ...others] = configMaps(namespace, source.name);
    if (!configMap) {
      missing.push(`the ConfigMap ${namespace}/${source.name}, which the bundle mounts, is not there; ${CORRECTION}`);
      continue;
    }
    if (others.length) {
      missing.push(`there are ${others.length + 1} of ${describe(configMap)}, and only one can be in a cluster; check only what ends up in one`);
    }
    const data = recordAt(configMap, 'data');
    for (const { key, path } of source.items ?? Object.keys(data).map((name) => ({ key: name, path: name }))) {
      const content = textAt(data, key);
      if (content === undefined) {
        missing.push(`${describe(configMap)} has no key "${key}", which the bundle mounts; it has ${Object.keys(data).join(', ') || 'none'}; ${CORRECTION}`);
      } else {
        bundle.set(path, content);
      }
    }
  }
  const planText = bundle.get('plan.json');
  const plan = planText === undefined ? undefined : readPlan(planText);
  return {
    daemonSet,
    name: `${namespace}/${nameOf(daemonSet)}`,
    namespace,
    pod,
    planHash: textAt(daemonSet, 'spec', 'template', 'metadata', 'annotations', PLAN_HASH_ANNOTATION),
    bundle,
    missing,
    ...(typeof plan === 'string' ? { planProblem: plan } : { plan }),
  };
}

/** The runtimes of an installer; none if its plan cannot be read. */
export function installedRuntimes(installer: Installer): InstalledRuntime[] {
  const { plan, bundle } = installer;
  return (plan?.runtimes ?? []).map((runtime) => ({
    installer,
    plan: plan!,
    runtime,
    tables: Object.fromEntries(tableFormats(plan!).map((format) => {
      const text = bundle.get(`files/${runtime.tables[format]}`);
      return [format, text === undefined ? undefined : READERS[format](text)];
    })) as InstalledRuntime['tables'],
  }));
}

/** The formats that the runtime tables of a plan have. */
export function tableFormats({ platform }: InstallPlan): readonly TableFormat[] {
  return TABLE_FORMATS[containerRuntimeOf(platform)];
}

/** How messages call a table. */
export function tableName(format: TableFormat, { tables }: RuntimePlan): string {
  return `the ${format} table ${tables[format]}`;
}

/** The ConfigMaps of the volume that is mounted at the bundle's path; where none is, of the one that has a plan. */
function bundleSources(pod: PodView) {
  const mounted = pod.containers.flatMap(({ mounts }) => mounts).find(({ path }) => path === POD_LAYOUT.bundle);
  const volume = pod.volumes.get(mounted?.volume ?? '')
    ?? [...pod.volumes.values()].find(({ configMaps }) => configMaps.some(({ items }) => items?.some(({ path }) => path === 'plan.json')));
  return volume?.configMaps ?? [];
}
