import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build, CACHE, locked, pinnedVersion } from './go-program';
import { runc } from './index';
import { debianPackages } from './requirements';

const MODULE = 'github.com/cri-o/cri-o';

/** All programs that a host with CRI-O has. It watches containers of runc by conmon, which its own module does not have. */
export async function crio(): Promise<string[]> {
  const conmon = '/usr/bin/conmon';
  debianPackages({ 'gcc': '/usr/bin/gcc', 'libc6-dev': '/usr/include/stdlib.h', 'pkg-config': '/usr/bin/pkg-config', 'libseccomp-dev': '/usr/include/seccomp.h', conmon });
  const daemon = await build({
    module: 'crio',
    main: `${MODULE}/cmd/crio`,
    name: 'crio',
    cgo: true,
    tags: ['containers_image_openpgp', 'containers_image_ostree_stub', 'exclude_graphdriver_btrfs', 'seccomp'],
  });
  return [daemon, await pinns(), conmon, await runc()];
}

/** What pins namespaces for it, in C. */
async function pinns(): Promise<string> {
  const version = pinnedVersion('crio', MODULE);
  const folder = join(CACHE, `pinns-${version}`);
  const program = join(folder, 'pinns');
  if (existsSync(program)) return program;
  const { Dir } = JSON.parse(execFileSync('go', ['mod', 'download', '-json', `${MODULE}@${version}`], { encoding: 'utf8' }));
  const sources = join(Dir, 'pinns', 'src');
  const files = readdirSync(sources).filter(name => name.endsWith('.c')).map(name => join(sources, name));
  mkdirSync(folder, { recursive: true });
  await locked(join(folder, 'lock'), folder, {}, ['sh', '-c', 'gcc -std=c99 -Os -static -o pinns.part "$@" && mv pinns.part pinns', 'sh', ...files]);
  return program;
}
