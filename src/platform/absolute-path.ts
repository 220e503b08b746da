/** The path, if it is absolute, normal and plain enough to stand in YAML, TOML and a systemd unit alike. */
export function absolutePath(name: string, path: string): string {
  if (!/^(\/[A-Za-z0-9_@%+=:,.-]+)+$/.test(path) || /\/\.{1,2}(\/|$)/.test(path)) {
    throw new Error(`${name} must be an absolute path without "..", a trailing slash or spaces, got "${path}"`);
  }
  return path;
}

/**
 * The path, if the folder it lies in can be mounted without everything else: not the root, and where the installer
 * writes, not a folder of the whole system such as /etc either.
 */
export function pathInOwnFolder(name: string, path: string, access: 'read' | 'write'): string {
  const folder = absolutePath(name, path).slice(0, path.lastIndexOf('/'));
  const depth = folder.split('/').length - 1;
  if (depth < (access === 'write' ? 2 : 1)) {
    throw new Error(`${name} "${path}" lies in ${folder || '/'}, which the installer would have to mount with all that is in it; name a path in a folder of its own`);
  }
  return path;
}
