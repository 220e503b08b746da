/** What the manifests rely on, and the Kubernetes minor that has it. */
const FEATURES = {
  /** ValidatingAdmissionPolicy v1. @see https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/ */
  admissionPolicy: { minor: 30, what: 'ValidatingAdmissionPolicy v1' },
  /** The node's name in a Pod's token. @see https://github.com/kubernetes/enhancements/tree/master/keps/sig-auth/4193-bound-service-account-token-improvements */
  tokenNodeName: { minor: 32, what: 'the node name in service account tokens' },
} as const;

/**
 * Checks the lowest Kubernetes version that the manifests have to work on.
 *
 * @throws if it is not `1.<minor>`, or too old for what the installer relies on
 */
export function validateKubernetesVersion(version: string, gated: boolean): string {
  const minor = kubernetesMinor(version);
  if (gated) {
    for (const feature of Object.values(FEATURES)) {
      if (minor < feature.minor) {
        throw new Error(`ReadinessGate.handlerLabel() needs Kubernetes 1.${feature.minor} (${feature.what}), got kubernetesVersion "${version}"; `
          + 'use ReadinessGate.none() on older clusters');
      }
    }
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
