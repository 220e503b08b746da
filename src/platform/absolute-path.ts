/** The path, if it is absolute, normal and plain enough to stand in YAML, TOML and a systemd unit alike. */
export function absolutePath(name: string, path: string): string {
  if (!/^(\/[A-Za-z0-9_@%+=:,.-]+)+$/.test(path) || /\/\.{1,2}(\/|$)/.test(path)) {
    throw new Error(`${name} must be an absolute path without "..", a trailing slash or spaces, got "${path}"`);
  }
  return path;
}
