import { ApiObject } from 'cdk8s';
import type { Construct, IConstruct } from 'constructs';
import type { ISandboxRuntime, SandboxRuntime } from '../runtime/sandbox-runtime';
import { exceptionAnnotations } from '../workload/compatibility-exception';
import { parsePodSpecPath, podSpecPath } from '../workload/pod-spec-path';
import type { SandboxOptions } from '../workload/sandbox-options';

/** Where the root of an app has its registry: one key for all copies of this package that are loaded. */
const REGISTRY = Symbol.for('cdk8s-sandbox-runtimes');

/** One app's runtimes, and the constructs that are to run in them. */
export class SandboxRegistry {
  /**
   * The registry of the app that a construct belongs to.
   *
   * @throws if another copy of this package is at work in that app: neither would know the runtimes of the other
   */
  public static of(scope: IConstruct): SandboxRegistry {
    const root = scope.node.root as IConstruct & { [REGISTRY]?: SandboxRegistry };
    const registry = root[REGISTRY] ?? new SandboxRegistry();
    if (!(registry instanceof SandboxRegistry)) {
      throw new Error(`${scope.node.path || 'the app'} uses another copy of cdk8s-sandbox-runtimes than the rest of its app, and neither would know the runtimes of the other; `
        + 'see "npm ls cdk8s-sandbox-runtimes", and make it a peerDependency of packages that bring one of their own '
        + '(in jest, a copy is also what comes after resetModules)');
    }
    if (!root[REGISTRY]) Object.defineProperty(root, REGISTRY, { value: registry });
    return registry;
  }

  /** Constructs given to `sandbox`, in the order of the calls, with the options of each call. */
  public readonly sandboxed = new Map<IConstruct, { readonly runtime: ISandboxRuntime; readonly options: readonly SandboxOptions[] }>();

  private readonly byHandler = new Map<string, Construct>();
  private readonly byClass = new Map<string, Construct>();
  /** Handlers that nodes come with. */
  private readonly preinstalled = new Set<string>();
  /** RuntimeClasses that somebody else owns. */
  private readonly externalByClass = new Map<string, ISandboxRuntime>();

  private constructor() {}

  /** @throws if another runtime has the same handler or class name */
  public addRuntime(runtime: SandboxRuntime): void {
    for (const [map, what, name] of [[this.byHandler, 'handler', runtime.handler], [this.byClass, 'RuntimeClass', runtime.runtimeClassName]] as const) {
      const other = map.get(name) ?? (map === this.byClass ? this.externalByClass.get(name) : undefined);
      if (other) {
        const prop = what === 'handler' ? 'handler' : 'runtimeClassName';
        throw new Error(`${other.node.path} and ${runtime.node.path} both have the ${what} "${name}"; give one of them another ${prop}`);
      }
      map.set(name, runtime);
    }
  }

  /** @throws if another runtime of this app has the same class name */
  public addPreinstalled(runtime: ISandboxRuntime & Construct & { readonly handler: string }): void {
    const name = runtime.runtimeClassName;
    const other = this.byClass.get(name) ?? this.externalByClass.get(name);
    if (other) throw new Error(`${other.node.path} and ${runtime.node.path} both have the RuntimeClass "${name}"; give one of them another runtimeClassName`);
    this.byClass.set(name, runtime);
    this.preinstalled.add(runtime.handler);
  }

  /** Handlers that nodes come with, so that nothing of this app installs them. */
  public get externalHandlers(): Iterable<string> {
    return this.preinstalled;
  }

  /** Names of the RuntimeClasses that somebody else owns. */
  public get external(): Iterable<string> {
    return this.externalByClass.keys();
  }

  /** @throws if a runtime of this app has the same class name */
  public addExternal(runtime: ISandboxRuntime): void {
    const name = runtime.runtimeClassName;
    const own = this.byClass.get(name);
    if (own) {
      throw new Error(`${own.node.path} and ${runtime.node.path} both have the RuntimeClass "${name}"; use ${own.node.path}, which installs it`);
    }
    this.externalByClass.set(name, this.externalByClass.get(name) ?? runtime);
  }

  /** @throws if the construct cannot run in the runtime, or is to run in another one already */
  public sandbox(construct: IConstruct, runtime: ISandboxRuntime, options: SandboxOptions = {}): void {
    const name = construct.node.path || 'the app';
    requireSameApp(construct, runtime);
    if (options.podSpecPath !== undefined) {
      parsePodSpecPath(options.podSpecPath);
      if (!ApiObject.isApiObject(construct) || podSpecPath(construct.apiVersion, construct.kind)) {
        throw new Error(`podSpecPath "${options.podSpecPath}" is for an object of a kind that the library does not know, and ${name} is none; leave it out`);
      }
    } else if (ApiObject.isApiObject(construct) && !podSpecPath(construct.apiVersion, construct.kind)) {
      throw new Error(`${name} (${construct.apiVersion} ${construct.kind}) is of no kind whose Pods the library knows how to find; `
        + 'say where their spec is, such as podSpecPath: \'spec.template.spec\'');
    }
    if (options.schedulingInPod && !this.byClass.has(runtime.runtimeClassName)) {
      throw new Error(`${name} is to have the scheduling of ${describeRuntime(runtime)} in its Pods, but this app does not know that RuntimeClass; leave schedulingInPod out`);
    }
    exceptionAnnotations(options.exceptions ?? [], name);
    const earlier = this.sandboxed.get(construct);
    if (earlier && earlier.runtime !== runtime) {
      throw new Error(`${name} is to run in two sandboxes, ${describeRuntime(earlier.runtime)} and ${describeRuntime(runtime)}; choose one`);
    }
    this.sandboxed.set(construct, { runtime, options: [...earlier?.options ?? [], options] });
  }
}

/** @throws if the check of the runtime's app would never see the construct */
export function requireSameApp(construct: IConstruct, runtime: ISandboxRuntime): void {
  if (construct.node.root === runtime.node.root) return;
  throw new Error(`${construct.node.path || 'the app'} belongs to another app than ${describeRuntime(runtime)}, whose synth would never see it; `
    + `use SandboxRuntime.fromRuntimeClassName(..., '${runtime.runtimeClassName}') in its own app`);
}

/** A runtime as an error names it. */
export function describeRuntime(runtime: ISandboxRuntime): string {
  return `${runtime.node.path} (RuntimeClass "${runtime.runtimeClassName}")`;
}
