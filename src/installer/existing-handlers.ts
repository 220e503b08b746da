import type { PlatformPlan } from './install-plan';

/** What becomes of a handler of ours for which somebody else has written a runtime table on a node. */
export enum ExistingHandlers {
  /** It is refused on that node before anything is written, and labelled `failed`. */
  REFUSE = 'REFUSE',

  /**
   * On containerd 2.x our table is laid over the other one, by the drop-in, where nothing of it would count beside ours:
   * such as gVisor's as scripts and Gardener's extension write it. The other file stays as it is, and counts again when
   * everything is taken back. Where a key would stay in effect that ours does not have, as `pod_annotations` of kata-deploy,
   * and on containerd 1.7, the handler is refused all the same.
   */
  ADOPT = 'ADOPT',
}

/** @throws where nothing can be laid over the tables of others */
export function validateExistingHandlers(existing: ExistingHandlers | undefined, platform: PlatformPlan): void {
  if (existing !== ExistingHandlers.ADOPT) return;
  const { name } = platform;
  if (platform.kind === undefined && !platform.templates && !platform.managed && !platform.copied) return;
  throw new Error(`existingHandlers is ADOPT, and on nodes of the platform ${name} no drop-in lies over the tables of others; `
    + 'leave it out, and give the runtime another handler or remove the other table first');
}
