import { describe, type Manifest } from '../manifest';

/** An installer of somebody else, as far as it can be told from its manifests what it brings to nodes. */
export interface OtherInstaller {
  /** `kata-deploy`, ... */
  readonly product: string;
  readonly manifest: Manifest;
  readonly handlers: ReadonlySet<string>;
  /** Handlers of its kind: one that is not among `handlers` is a mistake. Absent where it may bring more than can be seen. */
  readonly family?: RegExp;
  /** End of the name of a ConfigMap, in its namespace, that lists further handlers. */
  readonly listedIn?: string;
  /** What its settings name and nobody knows, with the name that is almost the same. */
  readonly slips?: ReadonlyMap<string, string>;
  /** Labels that it gives to nodes on which it is done, with the value that says so. */
  readonly labels: ReadonlyMap<string, string>;
  /** RuntimeClasses that it makes in the cluster, and which need not be among the manifests: name to handler. */
  readonly classes: ReadonlyMap<string, string>;
  /** Hypervisor settings that it allows Pods to change, by handler. */
  readonly annotations?: ReadonlyMap<string, readonly string[]>;
}

/** Where a dispatcher's ConfigMap has the Job that is made for each node. */
export const JOB_TEMPLATE = 'install-job.yaml';

/** How messages call it. */
export function otherName({ product, manifest }: OtherInstaller): string {
  return `${product} (${describe(manifest)})`;
}
