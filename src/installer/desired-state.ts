import type { Duration } from 'cdk8s';
import type { DeadlinePlan, InstallPlan } from './install-plan';

/** What happens on a node where Pods of the handlers still run when the deadline has passed. */
export enum AfterDeadline {
  /**
   * Nothing is taken back. The node's handlers are labelled `failed`, and `kubectl describe pod` of the installer's Pod
   * names the Pods; it is tried again, with the whole time before it, when that Pod is deleted.
   */
  FAIL = 'FAIL',

  /**
   * Everything is taken back all the same. No Pod is ended by that and no container dies, and the programs of running
   * Pods stay until the installer's next run, but the container runtime no longer knows their handler: their containers
   * can neither be restarted nor entered (`kubectl exec`). Delete those Pods. CRI-O is known to leave Pods whose handler
   * is gone in Terminating: drain its nodes instead. Where its restart would end their shims, this fails like `FAIL`.
   */
  FORCE = 'FORCE',
}

/** What `DesiredState.absent()` takes. */
export interface AbsentOptions {
  /**
   * How long each node waits for the Pods of the handlers to end. The node looks at every attempt, which come after
   * five minutes at most. `Duration.seconds(0)` does not wait at all.
   *
   * @default - as long as it takes
   */
  readonly deadline?: Duration;

  /**
   * What happens on a node where such Pods run after the deadline.
   *
   * @default AfterDeadline.FAIL
   */
  readonly afterDeadline?: AfterDeadline;
}

/** What an installer makes of its nodes. */
export class DesiredState {
  /** Brings the runtimes to the nodes and keeps them there. */
  public static readonly PRESENT = new DesiredState('PRESENT');

  /**
   * Takes everything back that was brought: the labels, the container runtime's configuration, the releases. Waits on
   * each node until no Pod of the handlers runs there, since its containers could not be restarted otherwise. To
   * uninstall, set it, wait until the DaemonSet is ready, and only then delete the objects.
   */
  public static readonly ABSENT = new DesiredState('ABSENT');

  /** The same as `ABSENT`, with a limit to the wait: it fails then, or takes everything back from under the Pods. */
  public static absent(options: AbsentOptions = {}): DesiredState {
    const { deadline, afterDeadline } = options;
    if (!deadline) {
      if (afterDeadline === undefined) return DesiredState.ABSENT;
      throw new Error(`afterDeadline is ${afterDeadline} and there is no deadline; give one, such as Duration.hours(1) or, not to wait at all, Duration.seconds(0)`);
    }
    return new DesiredState('ABSENT', { seconds: deadline.toSeconds(), then: `${afterDeadline ?? AfterDeadline.FAIL}` });
  }

  private constructor(private readonly state: InstallPlan['desiredState'], private readonly deadline?: DeadlinePlan) {}

  /** @internal */
  public get _takesBack(): boolean {
    return this.state === 'ABSENT';
  }

  /** @internal */
  public _plan(): Pick<InstallPlan, 'desiredState' | 'deadline'> {
    return { desiredState: this.state, ...(this.deadline ? { deadline: this.deadline } : {}) };
  }
}
