import type { CompatibilityException } from './compatibility-exception';

/** How objects are put into a sandbox. */
export interface SandboxOptions {
  /**
   * Rules that these Pods may break. Each becomes an annotation of the Pods.
   *
   * @default - none
   */
  readonly exceptions?: CompatibilityException[];

  /**
   * Where a custom resource keeps the spec of its Pods, with `*` for each element of a list:
   * `spec.tasks.*.template.spec`. Only for a single object of a kind that the library does not know.
   *
   * @default - as the kind has it
   */
  readonly podSpecPath?: string;

  /**
   * Whether the node selector and the tolerations of the RuntimeClass are written into the Pods, too, for schedulers
   * that do not look at RuntimeClasses (Kueue, KAI). Only for runtimes that the app installs.
   *
   * @default false
   */
  readonly schedulingInPod?: boolean;
}
