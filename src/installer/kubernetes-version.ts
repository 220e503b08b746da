/** What the manifests rely on, and the Kubernetes minor that has it. */
const FEATURES = [
  /** An API server without these fields drops them, and what they keep out is let in. @see https://kubernetes.io/blog/2024/04/23/recursive-read-only-mounts/ */
  { minor: 30, what: 'recursiveReadOnly, appArmorProfile and ValidatingAdmissionPolicy v1', gated: false },
  /** The node's name in a Pod's token. @see https://github.com/kubernetes/enhancements/tree/master/keps/sig-auth/4193-bound-service-account-token-improvements */
  { minor: 32, what: 'the node name in service account tokens', gated: true },
] as const;

/**
 * Checks the lowest Kubernetes version that the manifests have to work on.
 *
 * @throws if it is not `1.<minor>`, or too old for what the installer relies on
 */
export function validateKubernetesVersion(version: string, withGate: boolean): string {
  const minor = kubernetesMinor(version);
  for (const { minor: first, what, gated } of FEATURES) {
    if (minor >= first || (gated && !withGate)) continue;
    throw new Error(`${gated ? 'A readiness gate' : 'The installer'} needs Kubernetes 1.${first} (${what}), got kubernetesVersion "${version}"; `
      + `${gated ? 'use ReadinessGate.none()' : 'update the cluster'}`);
  }
  return version;
}

/**
 * Image volumes: stable and on in 1.36.
 *
 * @see https://github.com/kubernetes/enhancements/tree/master/keps/sig-node/4639-oci-volume-source
 */
const IMAGE_VOLUMES = 36;

/** Whether kubelets mount images as volumes, where all of them have this minor or a newer one: they may be older than their control plane. */
export function hasImageVolumes(version: string): boolean {
  return kubernetesMinor(version) >= IMAGE_VOLUMES;
}

/**
 * The minor of a Kubernetes version such as `1.32`.
 *
 * @throws if it is not `1.<minor>`
 */
export function kubernetesMinor(version: string): number {
  const match = /^1\.(\d+)$/.exec(version);
  if (!match) {
    throw new Error(`kubernetesVersion must be a Kubernetes minor such as "1.32", got "${version}"`);
  }
  return Number(match[1]);
}
