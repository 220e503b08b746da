import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build, CACHE, locked, pinnedVersion } from './go-program';
import { containerd, runc } from './index';
import { debianPackages } from './requirements';

/** Docker Engine of Debian, which knows only `path`, and one built from its newest source, which knows `runtimeType`, too. */
export const DOCKER_VERSIONS = ['debian', 'moby'] as const;
export type DockerVersion = typeof DOCKER_VERSIONS[number];

const MOBY = 'github.com/moby/moby/v2';
/** Where packages are unpacked: downloaded and not installed, so that nothing is started on this machine. */
const UNPACKED = join(CACHE, 'debian-docker-packages');

/** All programs that a host with Docker Engine has, the client among them. */
export async function docker(version: DockerVersion): Promise<string[]> {
  const { bin, sbin } = await debianDocker();
  const common = [join(bin, 'docker'), join(sbin, 'docker-proxy')];
  if (version === 'debian') {
    return [...common, join(sbin, 'dockerd'), join(bin, 'containerd'), join(bin, 'containerd-shim-runc-v2'), join(sbin, 'runc')];
  }
  const { containerd: daemon, shim } = await containerd('2.3');
  const dockerd = await build({
    module: 'dockerd',
    main: `${MOBY}/cmd/dockerd`,
    name: 'dockerd',
    // The module's version is not the one that the program goes by; it is a preview of what follows Docker Engine 29.
    variables: { [`${MOBY}/dockerversion.Version`]: `30.0.0-${pinnedVersion('dockerd', MOBY)}` },
    tags: ['exclude_graphdriver_btrfs', 'exclude_graphdriver_zfs', 'no_systemd'],
  });
  return [...common, dockerd, daemon, shim, await runc()];
}

async function debianDocker(): Promise<{ bin: string; sbin: string }> {
  debianPackages({ 'libdevmapper1.02.1': '/lib/x86_64-linux-gnu/libdevmapper.so.1.02.1', 'libseccomp2': '/usr/lib/x86_64-linux-gnu/libseccomp.so.2' });
  const root = join(UNPACKED, 'root');
  if (!existsSync(root)) {
    mkdirSync(UNPACKED, { recursive: true });
    const script = 'test -e root || { apt-get download docker.io containerd runc && for deb in *.deb; do dpkg-deb -x "$deb" root.part; done && mv root.part root; }';
    await locked(join(UNPACKED, 'lock'), UNPACKED, {}, ['sh', '-c', script]).catch(async (error: Error) => {
      // A list of packages that is too old names files that are gone.
      if (spawnSync('apt-get', ['update']).status !== 0) throw error;
      await locked(join(UNPACKED, 'lock'), UNPACKED, {}, ['sh', '-c', script]);
    });
  }
  const [bin, sbin] = ['usr/bin', 'usr/sbin'].map(folder => join(root, folder));
  if (!readdirSync(bin).includes('docker')) throw new Error(`${bin} has no docker: remove ${UNPACKED} and run the tests again`);
  return { bin, sbin };
}
