import { Construct, type IConstruct } from 'constructs';
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
  const registry = SandboxRegistry.of(runtime);
  registry.sandbox(construct, runtime, options);
}
