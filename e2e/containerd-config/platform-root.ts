import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { JsonMap, parse } from '@iarna/toml';
import { HostFiles } from '../../agent/containerd/host-files';
import { Tree } from '../../test/agent/containerd/platform-trees';

/** A root with a real containerd and the files of a node of some platform. */
export class PlatformRoot {
  private readonly root = mkdtempSync(join(tmpdir(), 'platform-root-'));

  constructor(readonly containerd: string) {
    copyFileSync(containerd, join(this.root, 'containerd'));
  }

  /** Puts these files, and no others, there. */
  fill(tree: Tree): void {
    for (const name of readdirSync(this.root).filter((found) => found !== 'containerd')) rmSync(join(this.root, name), { recursive: true });
    for (const [path, text] of Object.entries(tree)) {
      mkdirSync(dirname(join(this.root, path)), { recursive: true });
      writeFileSync(join(this.root, path), text);
    }
  }

  get files(): HostFiles {
    const at = (path: string) => join(this.root, path);
    return {
      sees: () => true,
      read: (path) => existsSync(at(path)) && statSync(at(path)).isFile() ? readFileSync(at(path)) : undefined,
      list: (folder) => existsSync(at(folder)) ? readdirSync(at(folder)).sort() : [],
    };
  }

  /** What containerd reads with this main file. */
  dump(mainFile: string): JsonMap {
    const { status, stdout, stderr } = spawnSync('chroot', [this.root, '/containerd', '--config', mainFile, 'config', 'dump'], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`containerd cannot read ${mainFile}: ${stderr}`);
    return parse(stdout);
  }

  remove(): void {
    rmSync(this.root, { recursive: true });
  }
}
