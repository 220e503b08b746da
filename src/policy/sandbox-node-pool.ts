import { oneOf, requireKinds } from '../runtime/given';
import { isLabelKey } from '../runtime/label-syntax';
import { isDnsLabel, proposeDnsLabel } from '../runtime/runtime-names';
import { TaintEffect, type Toleration } from '../workload/toleration';

/** Label and taint of a pool, where nothing else is said. */
const POOL_KEY = 'sandbox-runtimes/pool';

/** What a SandboxNodePool takes. */
export interface SandboxNodePoolProps {
  /**
   * Key of the label and of the taint of the pool's nodes.
   *
   * @default 'sandbox-runtimes/pool'
   */
  readonly key?: string;

  /**
   * What the taint does to other Pods.
   *
   * @default TaintEffect.NO_SCHEDULE
   */
  readonly effect?: TaintEffect;
}

/**
 * Nodes for sandboxed Pods only: a label that the installer selects, and a taint that keeps other Pods off. The
 * installer's tolerations are those of its RuntimeClasses, so that Pods in a sandbox get there and nowhere else.
 *
 * ```ts
 * const pool = new SandboxNodePool('untrusted');
 * new NodeInstaller(chart, 'installer', { nodeSelector: pool.nodeSelector, tolerations: pool.tolerations });
 * ```
 *
 * The nodes themselves get label and taint from whoever makes them, see `label` and `taint`.
 */
export class SandboxNodePool {
  private readonly key: string;
  private readonly effect: TaintEffect;

  /**
   * @param name name of the pool, the value of label and taint
   * @param props key and effect
   */
  constructor(public readonly name: string, props: SandboxNodePoolProps = {}) {
    if (!isDnsLabel(name)) {
      throw new Error(`the name of a node pool must be a DNS label (at most 63 lower-case letters, digits and "-"), got "${name}"; write "${proposeDnsLabel(name)}"`);
    }
    requireKinds(`the node pool "${name}"`, props, { effect: oneOf(TaintEffect) });
    this.key = props.key ?? POOL_KEY;
    if (!isLabelKey(this.key)) {
      throw new Error(`the key of the node pool "${name}" is "${this.key}", which no label can have; write one such as "example.com/pool"`);
    }
    this.effect = props.effect ?? TaintEffect.NO_SCHEDULE;
  }

  /** Labels of the pool's nodes, for NodeInstaller's `nodeSelector`. */
  public get nodeSelector(): { [label: string]: string } {
    return { [this.key]: this.name };
  }

  /** Tolerations of the pool's taint, for NodeInstaller's `tolerations`. */
  public get tolerations(): Toleration[] {
    return [{ key: this.key, value: this.name, effect: this.effect }];
  }

  /** The label as `kubectl label node` takes it: `<key>=<name>`. */
  public get label(): string {
    return `${this.key}=${this.name}`;
  }

  /** The taint as `kubectl taint node` and the kubelet's `--register-with-taints` take it: `<key>=<name>:<effect>`. */
  public get taint(): string {
    return `${this.label}:${this.effect}`;
  }
}
