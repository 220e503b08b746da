const KUBERNETES_NAMES: { readonly [nodeJs: string]: string } = { x64: 'amd64' };

/** The architecture of this machine in Kubernetes' spelling: `amd64`, `arm64`. */
export const ARCHITECTURE = KUBERNETES_NAMES[process.arch] ?? process.arch;
