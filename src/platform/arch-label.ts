/**
 * Label of every node's architecture, in Kubernetes' words (`amd64`, `arm64`).
 *
 * @see https://kubernetes.io/docs/reference/labels-annotations-taints/#kubernetes-io-arch
 */
export const ARCH_LABEL = 'kubernetes.io/arch';
