import { runForOutput } from './command';
import { Refusal } from '../refusal';

/** A version of containerd as numbers: [2, 2, 9]. */
export type ContainerdVersion = readonly [major: number, minor: number, patch: number];

/** Reads a version such as `2.2.9`, `v1.7.27+k3s1` or `2.1.0-rc.1`; undefined if it is none. */
export function parseContainerdVersion(text: string): ContainerdVersion | undefined {
  const match = /^v?(\d+)\.(\d+)\.(\d+)/.exec(text);
  return match ? [Number(match[1]), Number(match[2]), Number(match[3])] : undefined;
}

/** Negative if `a` is older than `b`, zero if they are the same, positive if it is newer. */
export function compareContainerdVersions(a: string, b: string): number {
  const [left, right] = [required(a), required(b)];
  return left[0] - right[0] || left[1] - right[1] || left[2] - right[2];
}

/** The version that a containerd binary reports: `containerd <repository> <version> <revision>`. */
export async function containerdVersion(command: readonly string[]): Promise<string> {
  const { stdout } = await runForOutput([...command, '--version']);
  const word = stdout.split(/\s+/).find((part) => parseContainerdVersion(part));
  if (!word) throw new Refusal(`${command.at(-1)} --version printed ${JSON.stringify(stdout.trim())}, which names no containerd version: have the unit start containerd itself`);
  return word.replace(/^v/, '');
}

/** The highest configuration version that a containerd accepts, and the one that it writes by default. */
export function configVersionOf(version: string): number {
  if (compareContainerdVersions(version, '2.0.0') < 0) return 2;
  return compareContainerdVersions(version, '2.3.0') < 0 ? 3 : 4;
}

/** containerd merges drop-ins into the tables of the main file from 2.0 on; before, a drop-in replaces the whole CRI section. */
export function mergesDropIns(version: string): boolean {
  return required(version)[0] >= 2;
}

function required(text: string): ContainerdVersion {
  const version = parseContainerdVersion(text);
  if (!version) throw new Refusal(`${JSON.stringify(text)} is not a containerd version: use one that says major.minor.patch, such as 2.2.9`);
  return version;
}
