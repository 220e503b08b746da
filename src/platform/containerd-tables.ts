/** The two places where containerd's CRI plugin reads runtime tables; which one counts depends on the main file, not on the daemon. */
export const CONTAINERD_TABLES = {
  /** Configuration version 2 (containerd 1.3 to 1.7, still migrated by 2.x). */
  v2: 'io.containerd.grpc.v1.cri',
  /** Configuration versions 3 and 4 (containerd 2.0 and newer). */
  v3: 'io.containerd.cri.v1.runtime',
} as const;
