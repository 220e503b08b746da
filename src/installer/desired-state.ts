/** What an installer makes of its nodes. */
export enum DesiredState {
  /** Brings the runtimes to the nodes and keeps them there. */
  PRESENT = 'PRESENT',

  /**
   * Takes everything back that was brought: the labels, the container runtime's configuration, the releases. Waits on
   * each node until no Pod of the handlers runs there, since its containers could not be restarted otherwise. To
   * uninstall, set it, wait until the DaemonSet is ready, and only then delete the objects.
   */
  ABSENT = 'ABSENT',
}
