import type { Construct, IConstruct } from 'constructs';
import type { ISandboxRuntime, SandboxRuntime } from '../runtime/sandbox-runtime';

/** One app's runtimes, and the constructs that are to run in them. */
export class SandboxRegistry {
  /** The registry of the app that a construct belongs to. */
  public static of(scope: IConstruct): SandboxRegistry {
    const root = scope.node.root;
    let registry = SandboxRegistry.registries.get(root);
    if (!registry) {
      registry = new SandboxRegistry();
      SandboxRegistry.registries.set(root, registry);
    }
    return registry;
  }

  private static readonly registries = new WeakMap<IConstruct, SandboxRegistry>();

  /** RuntimeClasses that somebody else owns. */
  public readonly external = new Set<string>();
  /** Constructs given to `sandbox`, in the order of the calls. */
  public readonly sandboxed = new Map<IConstruct, ISandboxRuntime>();

  private readonly byHandler = new Map<string, Construct>();
  private readonly byClass = new Map<string, Construct>();

  private constructor() {}

  /** @throws if another runtime has the same handler or class name */
  public addRuntime(runtime: SandboxRuntime): void {
    for (const [map, what, name] of [[this.byHandler, 'handler', runtime.handler], [this.byClass, 'RuntimeClass', runtime.runtimeClassName]] as const) {
      const other = map.get(name);
      if (other) {
        const prop = what === 'handler' ? 'handler' : 'runtimeClassName';
        throw new Error(`${other.node.path} and ${runtime.node.path} both have the ${what} "${name}"; give one of them another ${prop}`);
      }
      map.set(name, runtime);
    }
  }

  public addExternal(runtimeClassName: string): void {
    this.external.add(runtimeClassName);
  }

  public sandbox(construct: IConstruct, runtime: ISandboxRuntime): void {
    const other = this.sandboxed.get(construct);
    if (other && other !== runtime) {
      throw new Error(`${construct.node.path || 'the app'} is to run in two sandboxes, ${describe(other)} and ${describe(runtime)}; choose one`);
    }
    this.sandboxed.set(construct, runtime);
  }
}

/** A runtime as an error names it. */
export function describe(runtime: ISandboxRuntime): string {
  return `${runtime.node.path} (RuntimeClass "${runtime.runtimeClassName}")`;
}
