import { spawnSync } from 'node:child_process';
import { closeSync, fsyncSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { debianPackages } from '../toolchain';

/** File systems of nodes; the second one does not sync by itself what is renamed. */
export const FILE_SYSTEMS = {
  'ext4': { mkfs: ['mkfs.ext4', '-q'], options: [] },
  'ext4 with noauto_da_alloc': { mkfs: ['mkfs.ext4', '-q'], options: ['noauto_da_alloc'] },
  'XFS': { mkfs: ['mkfs.xfs', '-q'], options: [] },
} as const;
export type FileSystem = keyof typeof FILE_SYSTEMS;

/** As small as XFS may be; the file has holes. */
const BYTES = 320 * 1024 * 1024;

function run(...[program, ...args]: string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr}`);
}

/** Why no file system can be mounted from a file here; undefined where that works. */
export function loopProblem(): string | undefined {
  debianPackages({ e2fsprogs: '/usr/sbin/mkfs.ext4', xfsprogs: '/usr/sbin/xfs_io' });
  try {
    for (const kind of Object.keys(FILE_SYSTEMS) as FileSystem[]) new LoopDisk(kind).remove();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** A disk of its own, of which the power can be cut. */
export class LoopDisk {
  readonly folder = mkdtempSync(join(tmpdir(), 'loop-disk-'));
  /** Where it is mounted. */
  readonly root = join(this.folder, 'host');
  private readonly image = join(this.folder, 'disk');

  constructor(private readonly kind: FileSystem) {
    mkdirSync(this.root);
    writeFileSync(this.image, '');
    truncateSync(this.image, BYTES);
    try {
      run(...FILE_SYSTEMS[kind].mkfs, this.image);
      this.mount();
    } catch (error) {
      rmSync(this.folder, { recursive: true });
      throw error;
    }
    this.clear();
  }

  clear(): void {
    for (const name of readdirSync(this.root)) rmSync(join(this.root, name), { recursive: true });
  }

  /** All that is there now survives. */
  sync(): void {
    run('sync', '--file-system', this.root);
  }

  /** What etcd or containerd do all the time: somebody else's fsync takes the names of our files with it. */
  syncForeignFile(): void {
    const file = openSync(join(this.root, 'foreign'), 'w');
    writeSync(file, 'foreign');
    fsyncSync(file);
    closeSync(file);
  }

  /** From now on nothing reaches the disk: not what is in memory, and not the file system's own log. */
  cutPower(): void {
    run('xfs_io', '-x', '-c', 'shutdown', this.root);
  }

  /** As after a boot. */
  powerOn(): void {
    run('umount', this.root);
    this.mount();
    rmSync(join(this.root, 'foreign'), { force: true });
  }

  remove(): void {
    run('umount', this.root);
    rmSync(this.folder, { recursive: true });
  }

  private mount(): void {
    run('mount', '-o', ['loop', ...FILE_SYSTEMS[this.kind].options].join(','), this.image, this.root);
  }
}
