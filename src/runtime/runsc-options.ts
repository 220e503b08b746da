import type { RunscDebugOptions } from './runsc-debug-options';
import type { RunscFilesystemOptions } from './runsc-filesystem-options';
import type { RunscNetworkOptions } from './runsc-network-options';
import type { RunscSandboxOptions } from './runsc-sandbox-options';

export * from './runsc-debug-options';
export * from './runsc-filesystem-options';
export * from './runsc-network-options';
export * from './runsc-sandbox-options';

/**
 * Flags of runsc, gVisor's runtime. What is left out is left to runsc.
 *
 * A flag that the chosen release does not have, a value that runsc would refuse and a combination that it would refuse
 * are errors here: on a node each would keep every Pod of the runtime from starting.
 */
export interface RunscOptions extends RunscFilesystemOptions, RunscNetworkOptions, RunscSandboxOptions, RunscDebugOptions {
  /**
   * Further flags, by their name without dashes. Neither their existence nor their values are checked, but for flags
   * that have a member of their own, that the shim sets itself, that make no sense under Kubernetes, that are for
   * gVisor's own tests, or that are deprecated: those are refused. Synth warns of `allow-flag-override`, `iouring` and `profile`.
   *
   * @default - none
   */
  readonly extraFlags?: { [flag: string]: string };
}
