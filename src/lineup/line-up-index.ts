import { classNames, type ClassName } from './class-names';
import { installedRuntimes, isInstaller, readInstaller, type InstalledRuntime, type Installer } from './installer';
import { isRecord, nameOf, namespaceOf, recordAt, textAt, unfold, valueAt, type Manifest } from './manifest';
import { viewNode, type NodeView } from './node-view';
import { gardenerGvisor } from './others/gardener-gvisor';
import { kataDeploy, kataDeployTemplate, withCustomRuntimes } from './others/kata-deploy';
import { JOB_TEMPLATE, type OtherInstaller } from './others/other-installer';
import { runtimeClassManager } from './others/runtime-class-manager';
import { textMap, viewTolerations, type Toleration } from './pod-view';
import { podSpecPath } from '../workload/pod-spec-path';

/** An object whose Pods name a RuntimeClass. */
export interface SandboxedObject {
  readonly object: Manifest;
  readonly podSpec: unknown;
  /** From the object to it. */
  readonly podPath: readonly string[];
  readonly runtimeClassName: string;
  /** Those of its Pods; undefined if there are none. */
  readonly annotations?: { readonly [name: string]: unknown };
}

export interface RuntimeClass {
  readonly object: Manifest;
  readonly name: string;
  readonly handler: string;
  readonly nodeSelector: ReadonlyMap<string, string>;
  readonly tolerations: readonly Toleration[];
}

/** Kinds that an installer refers to, and which the rules look up by name. */
const REFERENCES = [
  'ClusterRole', 'ClusterRoleBinding', 'ConfigMap', 'Lease', 'Namespace', 'Role', 'RoleBinding', 'ServiceAccount',
  'ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding',
] as const;
export type ReferenceKind = typeof REFERENCES[number];

const REFERENCE_KINDS: ReadonlySet<string> = new Set(REFERENCES);

/** The manifests, read once; every rule only looks things up. */
export class LineUpIndex {
  /** By the name of the RuntimeClass that they ask for. */
  public readonly sandboxed: ReadonlyMap<string, readonly SandboxedObject[]>;
  /** Other places, of custom resources, that name a RuntimeClass, by its name; not looked for where unknown classes are not judged. */
  public readonly named: ReadonlyMap<string, readonly ClassName[]>;
  /** By name. Those that are declared as external are left out. */
  public readonly classes: ReadonlyMap<string, readonly RuntimeClass[]>;
  public readonly installers: readonly Installer[];
  public readonly runtimes: readonly InstalledRuntime[];
  /** Installers of others whose manifests can be read. */
  public readonly others: readonly OtherInstaller[];
  /** Nodes, where the manifests are of a live cluster. */
  public readonly nodes: readonly NodeView[];
  /** Names of RuntimeClasses that somebody else owns. */
  public readonly external: ReadonlySet<string>;
  /** Handlers that nodes have from somewhere that the manifests do not show. */
  public readonly externalHandlers: ReadonlySet<string>;
  /** Whether the manifests are all there is, so that what they do not know is wrong. */
  public readonly judgesUnknown: boolean;

  private readonly references = new Map<string, Map<string, Manifest[]>>();

  constructor(manifests: Iterable<unknown>, { external, externalHandlers, judgesUnknown }: Pick<LineUpIndex, 'external' | 'externalHandlers' | 'judgesUnknown'>) {
    this.external = external;
    this.externalHandlers = externalHandlers;
    this.judgesUnknown = judgesUnknown;
    const others: OtherInstaller[] = [];
    const nodes: NodeView[] = [];
    const sandboxed = new Map<string, SandboxedObject[]>();
    const named = new Map<string, ClassName[]>();
    const classes = new Map<string, RuntimeClass[]>();
    const daemonSets: Manifest[] = [];
    for (const object of unfold(manifests)) {
      const { kind } = object;
      if (typeof kind !== 'string') {
        continue;
      }
      const path = podSpecPath(object.apiVersion, kind);
      if (path) {
        const podSpec = valueAt(object, ...path);
        const given = valueAt(podSpec, 'runtimeClassName');
        if (given !== undefined && given !== null) {
          const annotations = valueAt(object, ...path.slice(0, -1), 'metadata', 'annotations');
          const runtimeClassName = String(given);
          append(sandboxed, runtimeClassName, {
            object, podSpec, podPath: path, runtimeClassName, annotations: isRecord(annotations) ? annotations : undefined,
          });
        }
        if (kind === 'DaemonSet' && isInstaller(object)) {
          daemonSets.push(object);
        } else if (kind === 'DaemonSet' || kind === 'Job') {
          others.push(...found(kataDeploy(object, podSpec) ?? gardenerGvisor(object)));
        }
      } else if (kind === 'RuntimeClass' && textAt(object, 'apiVersion')?.startsWith('node.k8s.io/')) {
        if (!external.has(nameOf(object))) {
          append(classes, nameOf(object), viewClass(object));
        }
      } else if (kind === 'Node' && object.apiVersion === 'v1') {
        nodes.push(viewNode(object));
      } else if (kind === 'Shim' && textAt(object, 'apiVersion')?.startsWith('runtime.spinkube.dev/')) {
        others.push(...found(runtimeClassManager(object)));
      } else if (REFERENCE_KINDS.has(kind)) {
        const job = kind === 'ConfigMap' ? textAt(object, 'data', JOB_TEMPLATE) : undefined;
        if (job !== undefined) {
          others.push(...found(kataDeployTemplate(object, job)));
        }
        const ofKind = this.references.get(kind) ?? new Map<string, Manifest[]>();
        this.references.set(kind, ofKind);
        append(ofKind, referenceKey(nameOf(object), textAt(object, 'metadata', 'namespace') === undefined ? '' : namespaceOf(object)), object);
      } else if (judgesUnknown) {
        classNames(object).forEach((one) => append(named, one.runtimeClassName, one));
      }
    }
    for (const { manifest, classes: made } of others) {
      for (const [name, handler] of made) {
        if (!classes.has(name) && !external.has(name)) {
          append(classes, name, { object: manifest, name, handler, nodeSelector: textMap(manifest, 'spec', 'nodeSelector'), tolerations: [] });
        }
      }
    }
    this.sandboxed = sandboxed;
    this.named = named;
    this.classes = classes;
    this.others = others.map((other) => withCustomRuntimes(other, this.all('ConfigMap')));
    this.nodes = nodes;
    this.installers = daemonSets.map((daemonSet) => readInstaller(daemonSet, (namespace, name) => this.find('ConfigMap', name, namespace)));
    this.runtimes = this.installers.flatMap(installedRuntimes);
  }

  /** Objects of a name; those of a namespaced kind may leave out the namespace `default`. */
  public find(kind: ReferenceKind, name: string, namespace = ''): readonly Manifest[] {
    const ofKind = this.references.get(kind);
    return [
      ...ofKind?.get(referenceKey(name, namespace)) ?? [],
      ...(namespace === 'default' ? ofKind?.get(referenceKey(name, '')) ?? [] : []),
    ];
  }

  /** All objects of a kind. */
  public *all(kind: ReferenceKind): Generator<Manifest> {
    for (const objects of this.references.get(kind)?.values() ?? []) {
      yield* objects;
    }
  }
}

function found<T>(value: T | undefined): readonly T[] {
  return value === undefined ? [] : [value];
}

function referenceKey(name: string, namespace: string): string {
  return `${namespace}/${name}`;
}

function viewClass(object: Manifest): RuntimeClass {
  return {
    object,
    name: nameOf(object),
    handler: textAt(object, 'handler') ?? '',
    nodeSelector: textMap(recordAt(object, 'scheduling'), 'nodeSelector'),
    tolerations: viewTolerations(valueAt(object, 'scheduling', 'tolerations')),
  };
}

function append<T>(map: Map<string, T[]>, key: string, value: T): void {
  const values = map.get(key);
  if (values) {
    values.push(value);
  } else {
    map.set(key, [value]);
  }
}
