import { ApiObject, JsonPatch } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { podSpecPath } from './pod-spec-path';
import { NodeInstaller } from '../installer/node-installer';
import type { ISandboxRuntime } from '../runtime/sandbox-runtime';
import { describe, type SandboxRegistry } from '../synth/sandbox-registry';

/** Runtimes that objects were given in an earlier validation. */
const assigned = new WeakMap<ApiObject, ISandboxRuntime>();

/**
 * Gives every Pod-bearing object its runtime, by a JSON patch: that works for plain ApiObjects, imported L1s and any
 * cdk8s-plus, none of whose Pods know `runtimeClassName`. Returns the rendered objects, so that nobody renders them
 * twice, and what is wrong.
 */
export function applySandboxes(root: IConstruct, registry: SandboxRegistry): { errors: string[]; manifests: any[] } {
  const errors: string[] = [];
  const wanted = new Map<ApiObject, ISandboxRuntime>();
  for (const [construct, runtime] of registry.sandboxed) {
    for (const object of podBearing(construct)) {
      // Its Pods would wait for the label that they themselves bring about.
      if (object.node.scope instanceof NodeInstaller) continue;
      const other = wanted.get(object);
      if (other && other !== runtime) {
        errors.push(`${object.node.path} is to run in two sandboxes, ${describe(other)} and ${describe(runtime)}; choose one`);
      }
      wanted.set(object, runtime);
    }
  }

  const manifests: any[] = [];
  for (const object of podBearing(root)) {
    const manifest = object.toJson();
    manifests.push(manifest);
    const runtime = wanted.get(object);
    if (!runtime) continue;
    const path = podSpecPath(object.apiVersion, object.kind)!;
    const spec = path.reduce((value: any, key) => value?.[key], manifest);
    if (!spec) {
      errors.push(`${object.node.path} (${object.kind}) has no ${path.join('.')}, so it cannot run in ${describe(runtime)}; give it a Pod spec`);
    } else if (spec.runtimeClassName !== undefined && spec.runtimeClassName !== runtime.runtimeClassName) {
      errors.push(`${object.node.path} (${object.kind}) sets runtimeClassName "${spec.runtimeClassName}" and is to run in ${describe(runtime)}; `
        + 'leave out one of the two');
    } else if (assigned.get(object) !== runtime) {
      assigned.set(object, runtime);
      object.addJsonPatch(JsonPatch.add(`/${path.join('/')}/runtimeClassName`, runtime.runtimeClassName));
      spec.runtimeClassName = runtime.runtimeClassName;
    }
  }
  return { errors, manifests };
}

function* podBearing(construct: IConstruct): Generator<ApiObject> {
  for (const child of construct.node.findAll()) {
    if (ApiObject.isApiObject(child) && podSpecPath(child.apiVersion, child.kind)) yield child;
  }
}
