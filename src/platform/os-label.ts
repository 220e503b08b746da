/**
 * Label of every node's operating system.
 *
 * @see https://kubernetes.io/docs/reference/labels-annotations-taints/#kubernetes-io-os
 */
export const OS_LABEL = 'kubernetes.io/os';
