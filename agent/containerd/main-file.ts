import { configVersionOf } from './containerd-version';

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
