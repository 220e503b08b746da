import { isLabelKey } from '../runtime/label-syntax';

/** Cluster Autoscaler takes taints that begin so for passing ones, without being told each. */
const STARTUP_TAINT = 'startup-taint.cluster-autoscaler.kubernetes.io/sandbox-runtimes';

/**
 * What keeps Pods away from a node until its handlers are proven.
 */
export class ReadinessGate {
  /**
   * One node label per handler, `sandbox-runtimes.node-restriction.kubernetes.io/<handler>` with the value `pending`,
   * `ready` or `failed`; the RuntimeClass selects `ready`. Kubelets may not set labels below this prefix (the
   * NodeRestriction admission plugin), so a node cannot declare itself ready. For node pools of a fixed size.
   *
   * @see https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction
   */
  public static handlerLabel(): ReadinessGate {
    return new ReadinessGate(true);
  }

  /**
   * A taint that nodes are born with and that is lifted when all handlers of the installer are proven; the RuntimeClass
   * selects the pool. For autoscaled pools: an autoscaler would wait in vain for a node that is born with the label of
   * `handlerLabel()`, but it knows the pool's own labels and that a startup taint passes, so that it can scale from zero.
   *
   * The pool has to give the taint to its nodes (effect `NoSchedule`): `npx cdk8s-sandbox-runtimes render` prints what to
   * write for Karpenter (`startupTaints`) and Cluster Autoscaler. Other DaemonSets have to tolerate it. A node where a
   * handler fails keeps it. The handlers' labels are set as well.
   *
   * @param key key of the taint; Cluster Autoscaler has to be told (`--startup-taint`) of one that does not begin like the default
   * @default startup-taint.cluster-autoscaler.kubernetes.io/sandbox-runtimes
   * @see https://karpenter.sh/docs/concepts/nodepools/#spectemplatespecstartuptaints
   */
  public static startupTaint(key?: string): ReadinessGate {
    const taint = key ?? STARTUP_TAINT;
    if (!isLabelKey(taint)) {
      throw new Error(`the key of a startup taint must be a qualified name such as "${STARTUP_TAINT}", got "${taint}"`);
    }
    return new ReadinessGate(true, taint);
  }

  /**
   * Nothing is told to the API server: no token, no RBAC, no labels. The RuntimeClass selects the node pool, so Pods
   * may reach a node before its handlers are installed and then wait in ContainerCreating.
   */
  public static none(): ReadinessGate {
    return new ReadinessGate(false);
  }

  private constructor(
    /** Whether nodes get labels of their handlers. RuntimeClasses select these unless the gate is a startup taint. */
    public readonly labelsNodes: boolean,
    /** @internal */
    public readonly _startupTaint?: string,
  ) {}

  /** @internal */
  public get _selectsLabel(): boolean {
    return this.labelsNodes && this._startupTaint === undefined;
  }
}
