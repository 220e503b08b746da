import { createHash } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE, locked } from '../toolchain/go-program';
import { debianPackages } from '../toolchain/requirements';

const SUITE = 'bookworm';
const PACKAGES = ['systemd', 'dbus'];

/** The folder of a small Debian with systemd, made once by debootstrap; whoever uses it must not change it. */
export async function systemdRootFilesystem(): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([SUITE, PACKAGES])).digest('hex').slice(0, 12);
  const folder = join(CACHE, `debian-${SUITE}-${hash}`);
  const root = join(folder, 'root');
  if (existsSync(root)) return root;

  debianPackages({ debootstrap: '/usr/sbin/debootstrap' });
  mkdirSync(folder, { recursive: true });
  const startedAt = performance.now();
  await locked(join(folder, 'lock'), folder, { DEBIAN_FRONTEND: 'noninteractive' }, [
    'sh', '-c', 'test -e "$0" || { rm -rf "$0.part" && "$@" "$0.part" && mv "$0.part" "$0"; }', root,
    'debootstrap', '--variant=minbase', `--include=${PACKAGES.join(',')}`, SUITE,
  ]);
  console.log(`made a Debian ${SUITE} with ${PACKAGES.join(' and ')} in ${Math.round((performance.now() - startedAt) / 1000)} s`);
  return root;
}
