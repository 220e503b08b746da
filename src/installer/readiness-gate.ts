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
   * Nothing is told to the API server: no token, no RBAC, no labels. The RuntimeClass selects the node pool, so Pods
   * may reach a node before its handlers are installed and then wait in ContainerCreating.
   */
  public static none(): ReadinessGate {
    return new ReadinessGate(false);
  }

  private constructor(
    /** Whether nodes get labels, and RuntimeClasses select them. */
    public readonly labelsNodes: boolean,
  ) {}
}
