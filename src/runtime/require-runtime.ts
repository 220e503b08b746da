import type { Kind } from './given';

export const RUNTIME: Kind = [(value) => typeof value?.runtimeClassName === 'string', 'a runtime such as new GVisorRuntime(...)'];

/** Refuses what needs a sandbox and got none, as in JavaScript, which has no types. */
export function requireRuntime(path: string, runtime: unknown): void {
  if (RUNTIME[0](runtime)) return;
  throw new Error(`${path} has no runtime; give it the one to run in (runtime: gvisor), or SandboxRuntime.fromRuntimeClassName for a class that exists already`);
}
