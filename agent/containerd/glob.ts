import { posix } from 'node:path';
import { HostFiles } from './host-files';

/**
 * Whether a pattern of containerd's `imports` names a path: Go's filepath.Match, where `*` and `?` stay within one
 * name and there is no `**`. containerd takes an entry for a pattern only if it has a `*`.
 */
export function patternMatches(pattern: string, path: string): boolean {
  return pattern.includes('*') ? regex(pattern).test(path) : pattern === path;
}

/** The files that an absolute pattern names, in lexical order like Go's filepath.Glob. */
export function globFiles(files: HostFiles, pattern: string): string[] {
  let paths = [''];
  for (const part of pattern.split('/').slice(1)) {
    const accept = /[*?[\\]/.test(part) ? regex(part) : undefined;
    paths = paths.flatMap((path) => accept
      ? files.list(path || '/').filter((name) => accept.test(name)).map((name) => `${path}/${name}`)
      : [`${path}/${part}`]);
  }
  return paths.filter((path) => files.read(path) !== undefined);
}

/** The deepest folder of a pattern that has no wildcard in it. */
export function fixedFolder(pattern: string): string {
  return posix.dirname(pattern.split('*')[0] + 'x');
}

function regex(pattern: string): RegExp {
  let source = '';
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at];
    const set = char === '[' ? /^\[(\^?)((?:\\.|[^\]\\])+)\]/.exec(pattern.slice(at)) : null;
    if (set) {
      source += `[${set[1]}${set[2]}]`;
      at += set[0].length - 1;
    } else if (char === '*') {
      source += '[^/]*';
    } else if (char === '?') {
      source += '[^/]';
    } else {
      source += (char === '\\' && at + 1 < pattern.length ? pattern[++at] : char).replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
    }
  }
  return new RegExp(`^${source}$`);
}
