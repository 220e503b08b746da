import type { LineUpIndex } from './line-up-index';
import { listAt, recordAt, textAt, valueAt } from './manifest';
import { hasLabels, type NodeView } from './node-view';
import { parseToml, type RuntimeTable } from './runtime-table';
import { artifactArchitectures, type RuntimePlan } from '../installer/install-plan';
import { annotationMatches } from '../runtime/annotation-pattern';
import { compareGVisorVersions } from '../runtime/gvisor-version';
import { KATA_SHIMS, type KataShimFacts } from '../runtime/kata-shims';

/** What the Pods of a class meet. */
export interface SandboxFacts {
  readonly runtimeClassName: string;
  readonly kind: 'gvisor' | 'kata';
  /** Absent where somebody else installs it. */
  readonly release?: string;
  /** Flags of runsc, or settings of Kata as `<section>.<key>`; those that are not written have their default. */
  readonly settings: { readonly [name: string]: string };
  /** Architectures that there is a program for. */
  readonly architectures: readonly string[];
  /** Patterns of annotations that reach the runtime; absent where it is not known. */
  readonly podAnnotations?: readonly string[];
  /** Whether privileged containers get the devices of the host; absent where it is not known. */
  readonly hostDevices?: boolean;
  /** Absent for gVisor, and where the name does not say which. */
  readonly shim?: KataShimFacts;
  /** `overhead.podFixed` of the class; absent where the class is not among the manifests. */
  readonly overhead?: { readonly [resource: string]: unknown };
  /** Versions of containerd on the nodes that the class selects; absent unless all of them were read from a cluster. */
  readonly containerd?: readonly string[];
}

/** Architectures that gVisor exists for. Source: google/gvisor g3doc/user_guide/install.md. */
const GVISOR_ARCHITECTURES = ['amd64', 'arm64'];

/** Handlers and classes that gVisor goes by: its own documentation's, and those of GKE, Talos and Gardener. */
const GVISOR = /^(runsc|gvisor)/;
/** The same for Kata: its own, and those of AKS and OpenShift. */
const KATA = /^kata/;

/** The sandbox behind a class; undefined if it is none that is known. */
export function sandboxFacts({ classes, runtimes, nodes }: LineUpIndex, name: string): SandboxFacts | undefined {
  const [found] = classes.get(name) ?? [];
  const ofClass = found && { overhead: recordAt(found.object, 'overhead', 'podFixed'), ...containerdOf(nodes.filter((node) => hasLabels(node, found.nodeSelector))) };
  const known = runtimes.find(({ runtime }) => (found ? runtime.handler === found.handler : runtime.runtimeClassName === name));
  if (known) {
    const { installer, runtime, tables, plan } = known;
    const table = Object.values(tables).find((one) => typeof one === 'object');
    return { ...installedSandbox(runtime, installer.bundle.get(`files/${runtime.config.key}`) ?? '', table, plan.platform.kind), ...ofClass };
  }
  return namedSandbox(name, found?.handler ?? name, ofClass);
}

/** What is known of a sandbox by its names alone. */
export function namedSandbox(runtimeClassName: string, handler: string, ofClass: Pick<SandboxFacts, 'overhead' | 'containerd'> = {}): SandboxFacts | undefined {
  if (GVISOR.test(handler)) {
    return { runtimeClassName, kind: 'gvisor', settings: {}, architectures: GVISOR_ARCHITECTURES, ...ofClass };
  }
  if (KATA.test(handler)) {
    const shim = KATA_SHIMS.find((one) => handler === `kata-${one.name}`);
    return { runtimeClassName, kind: 'kata', settings: {}, architectures: shim?.architectures ?? [], shim, ...ofClass };
  }
  return undefined;
}

/** What is known of a sandbox from its installation. */
export function installedSandbox(runtime: RuntimePlan, config: string, table: RuntimeTable | undefined, platform?: 'crio' | 'docker'): SandboxFacts {
  const { runtimeClassName, release } = runtime;
  const isGVisor = runtime.runtime === 'gvisor';
  const parsed = parseToml(config);
  const shim = isGVisor ? undefined : KATA_SHIMS.find((one) => runtime.runtime === `kata-${one.name}`);
  return {
    runtimeClassName,
    kind: isGVisor ? 'gvisor' : 'kata',
    release,
    settings: isGVisor ? texts(recordAt(parsed, 'runsc_config'), '') : texts(recordAt(parsed, 'runtime'), 'runtime.'),
    architectures: artifactArchitectures(runtime.artifact),
    // CRI-O hands all of them on.
    podAnnotations: platform === 'crio' ? ['*'] : listAt(table?.entry, 'pod_annotations').map(String),
    hostDevices: table && platform !== 'docker' ? valueAt(table.entry, 'privileged_without_host_devices') !== true : undefined,
    shim,
  };
}

function containerdOf(nodes: readonly NodeView[]): Pick<SandboxFacts, 'containerd'> {
  const versions = nodes.flatMap(({ containerd }) => containerd ?? []);
  return nodes.length && versions.length === nodes.length ? { containerd: versions } : {};
}

function texts(record: { readonly [key: string]: unknown }, prefix: string): { [name: string]: string } {
  return Object.fromEntries(Object.keys(record).map((key) => [prefix + key, textAt(record, key) ?? String(record[key])]));
}

/** Whether an annotation reaches the runtime; undefined where that is not known. */
export function passesOn({ podAnnotations }: SandboxFacts, annotation: string): boolean | undefined {
  return podAnnotations?.some((pattern) => pattern === '*' || annotationMatches(pattern, annotation));
}

/** Whether a runtime of a known release is older than another one. */
export function isOlder({ release }: SandboxFacts, than: string): boolean {
  return release !== undefined && compareGVisorVersions(release, than) < 0;
}

/** Whether all nodes of a class are known and have this minor of containerd or a newer one. */
export function everyNodeHasContainerd({ containerd }: SandboxFacts, major: number, minor: number): boolean {
  return containerd?.every((version) => {
    const [itsMajor, itsMinor] = version.split('.').map(Number);
    return itsMajor > major || (itsMajor === major && itsMinor >= minor);
  }) ?? false;
}
