/** Beginning of the annotations that tell gVisor what a volume of the Pod is for: `<prefix><volume>.<field>`. */
export const MOUNT_HINT = 'dev.gvisor.spec.mount.';

/** The annotation of a volume; gVisor heeds a hint that has `share` and `type`. */
export function mountHintOf(volume: string, field: string): string {
  return `${MOUNT_HINT}${volume}.${field}`;
}

/** The annotation by which a volume stays a folder of the node, whatever its hint says. */
export function forceSharedOf(volume: string): string {
  return `dev.gvisor.empty-dir.${volume}.force-shared`;
}
