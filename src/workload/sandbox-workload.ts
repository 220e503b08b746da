import { ApiObject } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { exceptionAnnotations } from './compatibility-exception';
import { parsePodSpecPath, pathsIntoList, podSpecPath, podTemplates } from './pod-spec-path';
import { editPods, type SandboxEdit } from './sandbox-edit';
import { NodeInstaller } from '../installer/node-installer';
import { SandboxRuntime, type ISandboxRuntime } from '../runtime/sandbox-runtime';
import { describeRuntime, type SandboxRegistry } from '../synth/sandbox-registry';
import type { SynthPass } from '../synth/synth-pass';

/** What is written at one place of an object, but for the class. */
type Place = Omit<SandboxEdit, 'runtimeClassName'>;

/** What an object is to run in. */
interface Wanted {
  readonly runtime: ISandboxRuntime;
  /** By the path to their Pods: the kind's own, or each that somebody wrote. */
  readonly places: Map<readonly string[], Place>;
}

/** What is rendered, and what has to be said about it. */
export interface SandboxedObjects {
  readonly errors: string[];
  /** Those of the runtimes, too. */
  readonly warnings: string[];
  /** Every Pod-bearing object, so that nobody renders it twice. */
  readonly manifests: any[];
}

/**
 * Gives every Pod-bearing object its runtime, where it is rendered: past the serializers of imported L1s and of
 * cdk8s-plus, which drop fields that they do not know, and after all JSON patches.
 */
export function applySandboxes(root: IConstruct, registry: SandboxRegistry, pass: SynthPass): SandboxedObjects {
  const errors: string[] = [];
  const warnings: string[] = [];
  const wanted = new Map<ApiObject, Wanted>();
  const unknown = new Map<ApiObject, ISandboxRuntime>();
  for (const [construct, { runtime, options }] of registry.sandboxed) {
    for (const ownPath of new Set(options.map((one) => one.podSpecPath))) {
      const calls = options.filter((one) => one.podSpecPath === ownPath);
      const annotations = exceptionAnnotations(calls.flatMap(({ exceptions }) => exceptions ?? []), construct.node.path || 'the app');
      const scheduling = calls.some(({ schedulingInPod }) => schedulingInPod) ? schedulingOf(runtime, pass) : undefined;
      for (const object of objects(construct)) {
        // Its Pods would wait for the label that they themselves bring about.
        if (object.node.scope instanceof NodeInstaller) continue;
        const path = ownPath === undefined ? podSpecPath(object.apiVersion, object.kind) : parsePodSpecPath(ownPath);
        const target = wanted.get(object) ?? { runtime, places: new Map() };
        if (!path) {
          if (isForeign(object) || pathsIntoList(object.apiVersion, object.kind)) unknown.set(object, runtime);
        } else if (target.runtime.runtimeClassName !== runtime.runtimeClassName) {
          errors.push(`${object.node.path} is to run in two sandboxes, ${describeRuntime(target.runtime)} and ${describeRuntime(runtime)}; choose one`);
        } else {
          const other = target.places.get(path);
          target.places.set(path, { path, scheduling: other?.scheduling ?? scheduling, annotations: { ...other?.annotations, ...annotations } });
          wanted.set(object, target);
        }
      }
    }
  }

  for (const [object, runtime] of unknown) {
    if (wanted.has(object) || !bearsContainers(pass.render(object))) continue;
    const found = `${object.node.path} (${object.apiVersion} ${object.kind}) has containers`;
    const paths = pathsIntoList(object.apiVersion, object.kind);
    if (paths) {
      errors.push(`${found}, and is to run in ${describeRuntime(runtime)}, but the library does not look into lists by itself; `
        + `call sandbox() for the object with podSpecPath: ${paths}, or make each of its items an object of its own`);
    } else {
      warnings.push(`${found}, and nobody told the library where its Pods are, so they run outside of ${describeRuntime(runtime)}; call sandbox() for the object with podSpecPath`);
    }
  }
  // Before anything is rendered for the check: what is rendered may show other objects, in their sandboxes.
  for (const [object, target] of wanted) pass.edit(object, (rendered) => editsOf(target).forEach((edit) => editPods(rendered, edit)));

  const manifests: any[] = [];
  for (const object of objects(root)) {
    const { scope } = object.node;
    if (scope instanceof SandboxRuntime) warnings.push(...scope._warnings());
    const known = podSpecPath(object.apiVersion, object.kind);
    const target = wanted.get(object);
    if (!known && !target) continue;
    const manifest = pass.render(object);
    if (target) {
      errors.push(...put(object, manifest, target));
    }
    manifests.push(...known ? [manifest] : [...target!.places.keys()].flatMap((path) => views(manifest, path)));
  }
  return { errors, warnings, manifests };
}

/** Puts the Pods of a rendered object into their sandbox. @returns what stands against it */
function put(object: ApiObject, manifest: any, target: Wanted): string[] {
  // Working out a path takes longer than everything else here.
  const name = () => `${object.node.path} (${object.kind})`;
  return editsOf(target).flatMap((edit) => {
    const problems = editPods(manifest, edit);
    return problems?.map((problem) => `${name()} ${problem} and is to run in ${describeRuntime(target.runtime)}; leave out one of the two`)
      ?? [`${name()} has no ${edit.path.join('.')}, so it cannot run in ${describeRuntime(target.runtime)}; give it a Pod spec`];
  });
}

function editsOf({ runtime: { runtimeClassName }, places }: Wanted): SandboxEdit[] {
  return [...places.values()].map((place) => ({ runtimeClassName, ...place }));
}

/** The Pod templates of a custom resource, as objects that the line-up check knows. */
function views(manifest: any, path: readonly string[]): any[] {
  return podTemplates(manifest, path).map(({ path: place, template }) => ({
    apiVersion: 'v1',
    kind: 'PodTemplate',
    metadata: { ...manifest.metadata, name: `${manifest.metadata?.name} (${manifest.kind}, ${[...place, 'spec'].join('.')})` },
    template,
  }));
}

/** What the class says about nodes, JSON patches included. */
function schedulingOf(runtime: ISandboxRuntime, pass: SynthPass): SandboxEdit['scheduling'] {
  const runtimeClass = runtime.node.tryFindChild('Resource');
  return runtimeClass && ApiObject.isApiObject(runtimeClass) ? pass.render(runtimeClass).scheduling : undefined;
}

/** Whether an object is a custom resource; the kinds of Kubernetes are all known. */
function isForeign({ apiVersion }: ApiObject): boolean {
  const [group, version] = apiVersion.split('/');
  return version !== undefined && group.includes('.') && !group.endsWith('.k8s.io') && !group.endsWith('kubernetes.io');
}

/**
 * Members in which custom resources have containers beside `containers`, one or several.
 *
 * @see https://argo-workflows.readthedocs.io/en/latest/fields/#template
 * @see https://tekton.dev/docs/pipelines/tasks/
 */
const CONTAINER_MEMBERS: { readonly [group: string]: readonly string[] } = {
  'argoproj.io': ['container', 'script', 'sidecars'],
  'tekton.dev': ['steps', 'stepTemplate', 'sidecars'],
};

function bearsContainers(manifest: any): boolean {
  const members = ['containers', ...CONTAINER_MEMBERS[String(manifest.apiVersion).split('/')[0]] ?? []];
  const bears = (value: any): boolean => {
    if (Array.isArray(value)) return value.some(bears);
    if (typeof value !== 'object' || value === null) return false;
    return members.some((member) => [value[member]].flat().some((one) => typeof one?.image === 'string')) || Object.values(value).some(bears);
  };
  return bears(manifest);
}

function* objects(construct: IConstruct): Generator<ApiObject> {
  for (const child of construct.node.findAll()) {
    if (ApiObject.isApiObject(child)) yield child;
  }
}
