/** What becomes of a handler of ours for which somebody else has written a runtime table on a node. */
export enum ExistingHandlers {
  /** It is refused on that node before anything is written, and labelled `failed`. */
  REFUSE = 'REFUSE',

  /**
   * On containerd 2.x our table is laid over the other one, by the drop-in, where nothing of it would count beside ours:
   * such as gVisor's as scripts and Gardener's extension write it. The other file stays as it is, and counts again when
   * everything is taken back. Where a key would stay in effect that ours does not have, as `pod_annotations` of kata-deploy,
   * where the other table stands in a file that containerd reads after our drop-in, where the handler is the default runtime,
   * and on containerd 1.7, the handler is refused all the same.
   */
  ADOPT = 'ADOPT',
}
