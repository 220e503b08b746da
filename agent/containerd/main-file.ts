import { configVersionOf } from './containerd-version';
import { CONTAINERD_TABLES } from '../../src/platform/containerd-tables';

const CREATED = '# Created by sandbox-runtimes for ';
const ADVICE = '; removed with it if nothing else is in here.';

/** The main file for a node that has none: what containerd would assume without it, ready to be extended. */
export function createdMainFile(containerdVersion: string, owner: string): string {
  return `${CREATED}${owner}${ADVICE}\nversion = ${configVersionOf(containerdVersion)}\n`;
}

/** Whether a main file is as we created it, with nothing of anybody else in it. */
export function isCreatedMainFile(text: string): boolean {
  const [comment, version, ...rest] = text.split('\n');
  return comment.startsWith(CREATED) && comment.endsWith(ADVICE) && /^version = \d$/.test(version) && rest.join('') === '';
}

/**
 * containerd 1.x has a table for runc built in, but only as long as the file has no `runtimes` at all; with ours it
 * has to be written out.
 *
 * @see https://github.com/containerd/containerd/blob/release/1.7/pkg/cri/config/config_unix.go
 */
export const RUNC_TABLE_1X = `[plugins."${CONTAINERD_TABLES.v2}".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
  sandbox_mode = "podsandbox"
`;
