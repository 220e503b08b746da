import { compareContainerdVersions } from './containerd-version';

interface Advice {
  readonly advice: string;
  applies(version: string): boolean;
}

/** Lowest patch of each minor without CVE-2026-53488 (an image label runs a program as root on the host). */
const WITHOUT_CVE_2026_53488 = ['1.7.33', '2.0.10', '2.1.9', '2.2.5', '2.3.2'];

const minor = (version: string) => version.split('.').slice(0, 2).join('.');

const ADVICE: readonly Advice[] = [
  {
    // https://github.com/containerd/containerd/blob/main/RELEASES.md
    applies: (version) => ['1.7', '2.1', '2.2'].includes(minor(version)),
    advice: 'support for this minor version ends in 2026: plan the update to 2.3',
  },
  {
    // https://github.com/containerd/containerd/security/advisories
    applies: (version) => WITHOUT_CVE_2026_53488.some((fixed) => minor(fixed) === minor(version) && compareContainerdVersions(version, fixed) < 0),
    advice: `has CVE-2026-53488 (an image label runs a program as root on the host): update to ${WITHOUT_CVE_2026_53488.join(', ')} or newer`,
  },
];

/** What is said about a node's containerd that works. It is not ours, so nothing of this stops the installation. */
export function adviceFor(version: string): string[] {
  return ADVICE.filter(({ applies }) => applies(version)).map(({ advice }) => advice);
}
