import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** What the machine lacks for a test on a real node, each as a sentence that says what to do. Empty: all is there. */
export function missingRequirements(): string[] {
  const missing: string[] = [];
  if (process.platform !== 'linux') missing.push(`a real node needs Linux, this is ${process.platform}: run it in a Linux virtual machine or in CI`);
  if (process.getuid?.() !== 0) missing.push('a real node needs root (mounts, namespaces, cgroups): run it with sudo or in a container with full privileges');
  if (!goVersion()) missing.push('the programs of a real node are built from source: install Go 1.26.8 or newer and put `go` into PATH');
  for (const program of ['flock', 'unshare', 'nsenter', 'setpriv', 'mount']) {
    if (!found(program)) missing.push(`${program} was not found in PATH: install the packages util-linux and mount`);
  }
  return missing;
}

/** Throws where Go is missing; called only when something has to be built. */
export function requireGo(): void {
  if (!goVersion()) throw new Error('there is no `go` in PATH: install Go 1.26.8 or newer, the programs of a real node are built from source');
}

/** Installs Debian packages whose files are not there. */
export function debianPackages(packages: { readonly [name: string]: string }): void {
  const missing = Object.keys(packages).filter(name => !existsSync(packages[name]));
  if (missing.length === 0) return;
  if (!found('apt-get')) throw new Error(`${missing.map(name => packages[name]).join(', ')} not found: install what Debian calls ${missing.join(', ')}`);
  console.log(`installing Debian packages ${missing.join(', ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const install = () => spawnSync('apt-get', ['install', '-y', '--no-install-recommends', ...missing], { env, encoding: 'utf8' });
  let result = install();
  if (result.status !== 0) {
    spawnSync('apt-get', ['update'], { env });
    result = install();
  }
  if (result.status !== 0) throw new Error(`apt-get could not install ${missing.join(', ')}:\n${(result.stdout + result.stderr).slice(-2000)}`);
}

function goVersion(): string | undefined {
  const result = spawnSync('go', ['version'], { encoding: 'utf8' });
  return result.status === 0 ? result.stdout.trim() : undefined;
}

function found(program: string): boolean {
  return spawnSync('sh', ['-c', 'command -v "$0"', program]).status === 0;
}
