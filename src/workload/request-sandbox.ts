import { ApiObject } from 'cdk8s';
import { Construct, type IConstruct } from 'constructs';
import { pathsIntoList } from './pod-spec-path';
import type { SandboxOptions } from './sandbox-options';
import { BOOLEAN, OBJECTS, requireKinds, shown, TEXT, type Kinds } from '../runtime/given';
import type { ISandboxRuntime } from '../runtime/sandbox-runtime';
import { SandboxRegistry } from '../synth/sandbox-registry';

const KINDS: Kinds = { exceptions: OBJECTS, podSpecPath: TEXT, schedulingInPod: BOOLEAN };

/** What `sandbox()` of every runtime does: remembers the construct until synth. */
export function requestSandbox(runtime: ISandboxRuntime, construct: IConstruct, options?: SandboxOptions): void {
  if (!Construct.isConstruct(construct)) {
    throw new Error(`sandbox() of ${runtime.node.path} was given ${shown(construct)}, which is no construct; give it the object itself, or a construct or chart above it`
      + (construct === undefined ? ', and look for it anew where it came from' : ''));
  }
  requireKinds(`the sandbox of ${construct.node.path || 'the app'}`, options, KINDS);
  if (options?.podSpecPath === undefined && ApiObject.isApiObject(construct)) refuseList(construct);
  const registry = SandboxRegistry.of(runtime);
  const earlier = registry.sandboxed.get(construct)?.runtime;
  // Two imports of one class are one sandbox.
  registry.sandbox(construct, earlier?.runtimeClassName === runtime.runtimeClassName ? earlier : runtime, options);
}

function refuseList({ node, apiVersion, kind }: ApiObject): void {
  const paths = pathsIntoList(apiVersion, kind);
  if (!paths) return;
  throw new Error(`${node.path} (${apiVersion} ${kind}) is a list; say where the Pods of its items are (podSpecPath: ${paths}), or make each of its items an object of its own`);
}
