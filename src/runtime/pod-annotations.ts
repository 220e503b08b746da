import { hasWildcard } from './annotation-pattern';

/** Annotations that change how a sandbox is built, by what their names begin with. */
export interface AnnotationFamily {
  readonly prefix: string;
  /** What whoever may write a Pod can do with one of them. */
  readonly opens: string;
  /** Where runsc itself refuses the dangerous ones of a family, one that is named may pass. */
  readonly harmlessByName?: true;
}

/**
 * Source: google/gvisor runsc/config/flags.go (overrideAllowlist), runsc/config/config_bundles.go,
 * runsc/boot/mount_hints.go, runsc/specutils/specutils.go.
 */
export const DANGEROUS: readonly AnnotationFamily[] = [
  { prefix: 'dev.gvisor.flag.host-uds', opens: 'talk to each Unix domain socket of the node that is mounted into it' },
  { prefix: 'dev.gvisor.flag.', opens: 'override flags of runsc', harmlessByName: true },
  { prefix: 'dev.gvisor.spec.rootfs.', opens: 'name a file of the node that runsc opens as root' },
  { prefix: 'dev.gvisor.tar.rootfs.upper', opens: 'name an archive on the node that is unpacked into its root file system' },
  { prefix: 'dev.gvisor.bundle.', opens: 'replace the platform and the overlay that you chose' },
];

/** Source: google/gvisor pkg/shim/v1/runsc/service.go, runsc/specutils/specutils.go, runsc/boot/restore.go. */
export const INTERNAL: readonly AnnotationFamily[] = [
  { prefix: 'dev.gvisor.internal.', opens: 'make runsc write to any folder of the node' },
  { prefix: 'dev.gvisor.spec.cgroup-parent', opens: 'leave its cgroup, and with it its resource limits' },
  { prefix: 'dev.gvisor.container-name-remap.', opens: 'pass a container off as another' },
];

const TRUST = 'set allowWildcardPodAnnotations if everybody who may write a Pod of this runtime is trusted';

/**
 * Refuses Pod annotations that would let whoever may write a Pod weaken its sandbox.
 *
 * containerd hands runsc only annotations that match one of these patterns, and runsc believes them: under
 * `dev.gvisor.*` a Pod overrides flags, opens files of the node as root and writes to its folders. So patterns with a
 * wildcard, and names that are dangerous by themselves, need the opt-in; names that only the shim sets are refused
 * with it, too.
 *
 * @see https://github.com/containerd/containerd/blob/main/docs/cri/config.md
 * @see https://gvisor.dev/docs/user_guide/containerd/configuration/
 */
export function validatePodAnnotations(patterns: readonly string[], allowWildcard: boolean): void {
  for (const pattern of patterns) {
    validateForm(pattern);
    const internal = INTERNAL.find(({ prefix }) => pattern.startsWith(prefix));
    if (internal) {
      throw new Error(`podAnnotations has "${pattern}", which only gVisor's shim sets: by it a Pod could ${internal.opens}; leave it out`);
    }
    if (allowWildcard) {
      continue;
    }
    if (hasWildcard(pattern)) {
      const opened = [...DANGEROUS, ...INTERNAL].filter(({ prefix }) => reaches(pattern, prefix)).map(({ opens }) => opens);
      throw new Error(`podAnnotations has the wildcard "${pattern}"${opened.length ? `, by which a Pod could ${opened.join(', ')}` : ''};`
        + ` name each annotation, or ${TRUST}`);
    }
    const dangerous = DANGEROUS.find(({ prefix, harmlessByName }) => !harmlessByName && pattern.startsWith(prefix));
    if (dangerous) {
      throw new Error(`podAnnotations has "${pattern}", by which a Pod could ${dangerous.opens}; choose it for all Pods by the runtime's own`
        + ` options, or ${TRUST}`);
    }
  }
}

function validateForm(pattern: string): void {
  if (pattern.startsWith('io.gvisor.')) {
    throw new Error(`podAnnotations has "${pattern}", and gVisor reads no such annotation; write "dev.gvisor.${pattern.slice('io.gvisor.'.length)}"`);
  }
  const withoutClasses = pattern.replace(/\[\^?[\w.-]+\]/g, 'x');
  if (!/^[\w.*?/-]+$/.test(withoutClasses)) {
    throw new Error(`podAnnotations must be names of annotations such as "dev.gvisor.spec.mount.data.share", got "${pattern}"`);
  }
}

/** Whether a pattern with a wildcard may match some annotation of the family, judged by what stands before the wildcard. */
function reaches(pattern: string, prefix: string): boolean {
  const fixed = pattern.slice(0, pattern.search(/[*?[]/));
  return fixed.startsWith(prefix) || prefix.startsWith(fixed);
}
