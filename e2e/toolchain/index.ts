import { build, pinnedVersion } from './go-program';
import { debianPackages } from './requirements';

export { hasSysResource } from './capabilities';
export { cniPlugins } from './cni';
export { CACHE, locked } from './go-program';
export { gvisor, GVISOR_NEXT_RELEASE, GVISOR_RELEASE, GVisorPrograms } from './gvisor';
export { kubernetes, KubernetesProgram } from './kubernetes';
export { debianPackages } from './requirements';

/** The containerd minors that a real node is tested with, and the Go module of each. */
const CONTAINERD = {
  1.7: { module: 'containerd17', path: 'github.com/containerd/containerd' },
  2.2: { module: 'containerd22', path: 'github.com/containerd/containerd/v2' },
  2.3: { module: 'containerd23', path: 'github.com/containerd/containerd/v2' },
} as const;

export const CONTAINERD_VERSIONS = ['1.7', '2.2', '2.3'] as const;
export type ContainerdVersion = typeof CONTAINERD_VERSIONS[number];

/** The minors whose reading of configurations is tested, and the Go module of each. */
const CONFIG_READERS = {
  ...CONTAINERD,
  '2.0': { module: 'containerd20', path: 'github.com/containerd/containerd/v2' },
  '2.1': { module: 'containerd21', path: 'github.com/containerd/containerd/v2' },
  '2.4': { module: 'containerd24', path: 'github.com/containerd/containerd/v2' },
} as const;

export const CONFIG_READER_VERSIONS = ['1.7', '2.0', '2.1', '2.2', '2.3', '2.4'] as const;
export type ConfigReaderVersion = typeof CONFIG_READER_VERSIONS[number];

/** The daemon alone, which reads configurations and brings its CRI up. */
export function configReader(version: ConfigReaderVersion): Promise<string> {
  return containerdProgram(version, 'containerd');
}

export interface ContainerdPrograms {
  readonly containerd: string;
  /** containerd-shim-runc-v2. */
  readonly shim: string;
  readonly ctr: string;
}

/** @param said what `containerd --version` says instead of the truth, such as `v2.0.3` */
export async function containerd(version: ConfigReaderVersion, said?: string): Promise<ContainerdPrograms> {
  return {
    containerd: await containerdProgram(version, 'containerd', { said }),
    shim: await containerdProgram(version, 'containerd-shim-runc-v2'),
    ctr: await containerdProgram(version, 'ctr'),
  };
}

/** containerd as most distributions build it: it needs the node's loader and C library. */
export async function dynamicContainerd(version: ContainerdVersion): Promise<string> {
  debianPackages({ 'gcc': '/usr/bin/gcc', 'libc6-dev': '/usr/include/stdlib.h' });
  return containerdProgram(version, 'containerd', { cgo: true });
}

function containerdProgram(version: ConfigReaderVersion, name: string, { said, cgo }: { said?: string; cgo?: boolean } = {}): Promise<string> {
  const { module, path } = CONFIG_READERS[version];
  return build({
    module,
    main: `${path}/cmd/${name}`,
    name,
    variables: { [`${path}/version.Version`]: said ?? pinnedVersion(module, path) },
    tags: ['no_btrfs', 'no_zfs', 'no_devmapper', 'no_aufs'],
    cgo,
  });
}

/** Its seccomp filters come from libseccomp. */
export async function runc(): Promise<string> {
  debianPackages({ 'gcc': '/usr/bin/gcc', 'libc6-dev': '/usr/include/stdlib.h', 'pkg-config': '/usr/bin/pkg-config', 'libseccomp-dev': '/usr/include/seccomp.h' });
  const path = 'github.com/opencontainers/runc';
  return build({ module: 'runc', main: path, name: 'runc', cgo: true, tags: ['seccomp'], variables: { 'main.version': pinnedVersion('runc', path).slice(1) } });
}

export async function etcd(): Promise<string> {
  return build({ module: 'etcd', main: 'go.etcd.io/etcd/server/v3', name: 'etcd' });
}

/** A statically linked busybox, `flock` and `sh` among it. */
export function busybox(): string {
  const path = '/bin/busybox';
  debianPackages({ 'busybox-static': path });
  return path;
}
