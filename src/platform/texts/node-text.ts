/** A text that somebody else's tool takes: part of a machine's or a node pool's configuration, and no object of the cluster. */
export interface NodeText {
  /** Name for a file with it. */
  readonly fileName: string;

  /** Where it belongs, and what it is for. */
  readonly description: string;

  /** The text itself, as YAML. */
  readonly text: string;
}

/** What the texts for an installer's pool depend on. */
export interface PoolFacts {
  /** Name of the platform. */
  readonly platform: string;
  readonly nodeSelector: { readonly [label: string]: string };
  /** Taints of the pool that stay. */
  readonly taints: readonly { readonly key?: string; readonly value?: string; readonly effect?: string }[];
  readonly startupTaint?: string;
}
