import { PreinstalledRuntime } from './preinstalled-runtime';
import { SandboxRuntime, type ISandboxRuntime } from './sandbox-runtime';
import { namedSandbox, type SandboxFacts } from '../lineup/sandbox-facts';

/** What is known of a runtime's sandboxes: of one that nodes come with by its handler, of an imported class by its name alone. */
export function factsOf(runtime: ISandboxRuntime): SandboxFacts | undefined {
  if (runtime instanceof SandboxRuntime) return runtime._facts();
  return namedSandbox(runtime.runtimeClassName, runtime instanceof PreinstalledRuntime ? runtime.handler : runtime.runtimeClassName);
}

/** The overhead of a runtime's RuntimeClass, where this app writes it. */
export function podFixedOf(runtime: ISandboxRuntime): { readonly [resource: string]: string } | undefined {
  return runtime instanceof SandboxRuntime || runtime instanceof PreinstalledRuntime ? runtime._podFixed() : undefined;
}
