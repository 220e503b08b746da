import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { withFile } from './altered-installer';
import { archiveOf, GVisorArchive, withChecksum } from './gvisor-archive';
import type { Manifest } from './installer-run';
import { criTable } from './node-config';
import { fileEntry, TarEntry } from './tar';
import type { TestNode } from './test-node';
import { busybox, ContainerdVersion, gvisor, GVISOR_RELEASE } from '../toolchain';

const CONFIG = '/etc/containerd/config.toml';
const DROP_INS = 'imports = ["/etc/containerd/conf.d/*.toml"]\n';
const OPT = '/opt/sandbox-runtimes';

/** Something that is wrong with a node, a release or a plan. */
export interface Poison {
  readonly poison: string;
  /** Part of the agent's log. */
  readonly says: RegExp;
  /** Whether it has to be found before the container runtime's files are written, or on which containerd. */
  readonly foundBefore: boolean | ContainerdVersion;
  readonly on?: readonly ContainerdVersion[];
  /** Spoils the node. @returns how to make it well again */
  spoil?(node: TestNode): () => void;
  archive?(good: GVisorArchive): Promise<GVisorArchive> | GVisorArchive;
  alter?(manifests: readonly Manifest[]): Manifest[];
}

/** Changes files, and puts them back as they were. */
function edit(path: string, change: (text: string, node: TestNode) => string): (node: TestNode) => () => void {
  return (node) => {
    const before = node.read(path);
    node.write(path, change(before, node));
    return () => node.write(path, before);
  };
}

function mount(...args: string[]): (node: TestNode) => () => void {
  return (node) => {
    node.exec('mkdir', '-p', OPT);
    node.exec('mount', ...args);
    return () => void node.exec('umount', args.at(-1)!);
  };
}

/** A shell script that runs in the node until it ends or the node is well again. */
function meanwhile(script: string): (node: TestNode) => () => void {
  return (node) => {
    const child = spawn('nsenter', node.enter(['sh', '-c', script]), { stdio: 'ignore', detached: true });
    return () => {
      if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, 'SIGKILL');
    };
  };
}

function release(...entries: ((says: string) => TarEntry[])[]): (good: GVisorArchive) => GVisorArchive {
  return ({ release: version }) => archiveOf(version, entries.flatMap((of) => of(`#!/bin/sh\n[ "$1" = --version ] && echo "runsc version release-${version}" && exit 0\n`)));
}

const runsc = (says: string): TarEntry[] => [{ path: 'runsc', mode: 0o755, content: `${says}exit 1\n` }];
const shim = (script: string) => (): TarEntry[] => [{ path: 'containerd-shim-runsc-v1', mode: 0o755, content: `#!/bin/sh\n${script}\n` }];

/** busybox for a processor that this machine has not. */
function otherArchitecture(): Buffer {
  const program = Buffer.from(readFileSync(busybox()));
  program.writeUInt16LE(process.arch === 'x64' ? 0xB7 : 0x3E, 18);
  return program;
}

export const POISONS: readonly Poison[] = [
  {
    poison: "broken TOML in another tool's drop-in",
    foundBefore: true,
    says: /50-other\.toml/,
    spoil(node) {
      const well = edit(CONFIG, (text) => DROP_INS + text)(node);
      node.write('/etc/containerd/conf.d/50-other.toml', '[plugins\n');
      return () => {
        well();
        node.exec('rm', '/etc/containerd/conf.d/50-other.toml');
      };
    },
  },
  { poison: 'a default runtime that nobody defines', foundBefore: true, says: /missing/, spoil: edit(CONFIG, (text) => text.replace('= "runc"', '= "missing"')) },
  {
    poison: 'a setting of the wrong type',
    foundBefore: true,
    says: /cannot read the configuration of this node as it is/,
    spoil: edit(CONFIG, (text, node) => text.replace(`[${criTable(node.version)}]\n`, (table) => `${table}enable_selinux = "yes"\n`)),
  },
  { poison: 'a release without its shim', foundBefore: true, says: /lacks containerd-shim-runsc-v1/, archive: release(runsc) },
  {
    poison: 'a release for another processor',
    foundBefore: true,
    says: /does not run on this node/,
    archive: release(() => [{ path: 'runsc', mode: 0o755, content: otherArchitecture() }], shim('exit 1')),
  },
  { poison: 'an archive that is not what was published', foundBefore: true, says: /sha512/i, archive: (good) => ({ ...good, content: Buffer.concat([good.content, Buffer.alloc(1)]) }) },
  { poison: 'an archive of noise', foundBefore: true, says: /not a zstd|zstd/i, archive: () => withChecksum(GVISOR_RELEASE, Buffer.alloc(4096, 7)) },
  { poison: 'a disk that gets full while it is unpacked', foundBefore: true, says: /no room|no space/, spoil: mount('-t', 'tmpfs', '-o', 'size=100m', 'tmpfs', OPT), archive: good => good },
  {
    // A container gets the folder without the mount's flags, so only the proof can find it.
    poison: 'a file system on which nothing may be executed', foundBefore: false, says: /permission denied/, spoil: mount('-t', 'tmpfs', '-o', 'noexec', 'tmpfs', OPT),
  },
  {
    poison: 'a read-only file system below /etc/containerd',
    foundBefore: true,
    says: /the file system is read-only/,
    spoil(node) {
      node.exec('sh', '-c', 'cp -a /etc/containerd /tmp/theirs && mount -t tmpfs tmpfs /etc/containerd && cp -a /tmp/theirs/. /etc/containerd && mount -o remount,ro /etc/containerd');
      return () => void node.exec('sh', '-c', 'umount /etc/containerd; rm -r /tmp/theirs');
    },
  },
  {
    poison: 'a table with an empty runtime_type',
    foundBefore: false,
    says: /runsc/,
    archive: release(runsc, shim('exit 1')),
    alter: (manifests) => ['v2', 'v3'].reduce<Manifest[]>((altered, version) => withFile(altered,
      (plan) => plan.runtimes[0].tables![version as 'v2']!,
      (table) => table.replace(/runtime_type = .*/, 'runtime_type = ""')), [...manifests]),
  },
  { poison: 'a shim that ends at once', foundBefore: false, says: /no pod sandbox of handler "runsc" could be started/, archive: release(runsc, shim('echo broken >&2; exit 1')) },
  {
    // containerd 2.x asks each shim for its features when it starts: the canary waits for that as well.
    poison: 'a shim that hangs',
    foundBefore: '2.2',
    says: /no pod sandbox of handler "runsc" could be started|its CRI was not ready in time/,
    archive: release(runsc, shim('exec sleep 120')),
  },
  {
    poison: 'a runsc.toml that runsc cannot use',
    foundBefore: false,
    says: /no pod sandbox of handler "runsc" could be started/,
    archive: async ({ release: version }) => {
      const programs = await gvisor(version);
      return archiveOf(version, [fileEntry('runsc', programs.runsc), fileEntry('containerd-shim-runsc-v1', programs.shim)]);
    },
    alter: (manifests) => withFile(manifests, (plan) => plan.runtimes[0].config.key, (text) => `${text}\n[runsc_config]\n  platform = "nonsense"\n`),
  },
  {
    poison: 'a tool that puts the configuration back before it is read',
    foundBefore: false,
    says: /does not serve handler "runsc"/,
    archive: release(runsc, shim('exit 1')),
    spoil: meanwhile(`cp ${CONFIG} /tmp/their.toml; while :; do cmp -s /tmp/their.toml ${CONFIG} || cp /tmp/their.toml ${CONFIG}; done`),
  },
  {
    poison: 'a restart that hangs',
    foundBefore: false,
    says: /restart: failed/,
    archive: release(runsc, shim('exit 1')),
    // What containerd waits for when it starts.
    spoil: meanwhile('flock /var/lib/containerd/io.containerd.metadata.v1.bolt/meta.db sleep 33'),
  },
];
