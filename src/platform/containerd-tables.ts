/** The two places where containerd's CRI plugin reads runtime tables; which one counts depends on the main file, not on the daemon. */
export const CONTAINERD_TABLES = {
  /** Configuration version 2 (containerd 1.3 to 1.7, still migrated by 2.x). */
  v2: 'io.containerd.grpc.v1.cri',
  /** Configuration versions 3 and 4 (containerd 2.0 and newer). */
  v3: 'io.containerd.cri.v1.runtime',
} as const;

/**
 * Where containerd 2.x looks for the snapshotter that the images of a handler are pulled with; the one in the runtime
 * table alone is not enough (kata-containers/kata-containers#10795), and it is not taken from there when 2.x moves version
 * 2 tables either (plugins/cri/images/plugin.go, migrateConfig). 1.7 passes over it.
 */
export const CONTAINERD_IMAGES = 'io.containerd.cri.v1.images';
