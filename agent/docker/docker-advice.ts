import { atLeast } from '../host/kernel';

/** Seen with 20.10.24; no newer release that was tried does so. */
const KEEPS_ALIASES = '23.0.0';

/** What is said about a node's Docker that works. It is not ours, so nothing of this stops the installation. */
export function dockerAdvice(version: string): string[] {
  if (atLeast(version, KEEPS_ALIASES)) return [];
  return ['once this version has read its configuration again it knows its own runtime only as "runc" and no longer as "io.containerd.runc.v2", until it is restarted: '
    + 'containers that name it so cannot be started meanwhile; update Docker'];
}
