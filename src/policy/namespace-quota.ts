import { shown } from '../runtime/given';

/** What the workloads of a namespace may use together. */
export interface NamespaceQuotaProps {
  /**
   * Number of Pods.
   *
   * @default 20
   */
  readonly pods?: number;

  /**
   * Processors that the containers may use, as a Kubernetes quantity.
   *
   * @default '8'
   */
  readonly cpu?: string;

  /**
   * Memory that the containers may use, as a Kubernetes quantity.
   *
   * @default '16Gi'
   */
  readonly memory?: string;
}

/**
 * What a namespace may use. Kubernetes counts the overhead of sandboxes like usage of their containers, so it is added:
 * that of the runtime, for as many Pods as there may be.
 *
 * @see https://kubernetes.io/docs/concepts/policy/resource-quotas/
 */
export class NamespaceQuota {
  /**
   * A quota for what the containers use.
   *
   * @param props the limits
   */
  public static of(props: NamespaceQuotaProps = {}): NamespaceQuota {
    const { pods = 20 } = props;
    if (!Number.isInteger(pods) || pods < 1) {
      throw new Error(`the pods of a quota must be a whole number of at least 1, got ${shown(pods)}`);
    }
    return new NamespaceQuota({ pods, cpu: props.cpu ?? '8', memory: props.memory ?? '16Gi' });
  }

  /** No quota: the namespace may use the whole cluster. */
  public static none(): NamespaceQuota {
    return new NamespaceQuota(undefined);
  }

  private constructor(
    /** @internal */
    public readonly _limits: Required<NamespaceQuotaProps> | undefined,
  ) {}
}
