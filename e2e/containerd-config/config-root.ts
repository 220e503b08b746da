import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { JsonMap, parse } from '@iarna/toml';
import { hostFiles, HostFiles } from '../../agent/containerd/host-files';
import { FileChange } from '../../agent/file-change';

/**
 * A root with a real containerd and nothing but its configuration in it: what `config dump` says there of
 * /etc/containerd/config.toml is what the daemon would read on a node.
 */
export class ConfigRoot {
  private readonly root = mkdtempSync(join(tmpdir(), 'config-root-'));

  constructor(readonly containerd: string) {
    copyFileSync(containerd, join(this.root, 'containerd'));
  }

  /** Puts these files, and no others, into /etc/containerd. */
  fill(files: { readonly [path: string]: string }): void {
    rmSync(join(this.root, 'etc'), { recursive: true, force: true });
    for (const [path, text] of Object.entries(files)) this.apply([{ path, before: undefined, after: Buffer.from(text), mode: 0o644 }]);
  }

  apply(changes: readonly FileChange[]): void {
    for (const { path, after } of changes) {
      mkdirSync(dirname(join(this.root, path)), { recursive: true });
      if (after) writeFileSync(join(this.root, path), after); else rmSync(join(this.root, path));
    }
  }

  read(path: string): string | undefined {
    return existsSync(join(this.root, path)) ? readFileSync(join(this.root, path), 'utf8') : undefined;
  }

  get files(): HostFiles {
    return hostFiles({ '/etc/containerd': join(this.root, 'etc/containerd') });
  }

  /** What containerd reads; undefined if it cannot read the files. */
  dump(): JsonMap | undefined {
    const { status, stdout } = spawnSync('chroot', [this.root, '/containerd', 'config', existsSync(join(this.root, 'etc/containerd/config.toml')) ? 'dump' : 'default'], { encoding: 'utf8' });
    return status === 0 ? parse(stdout) : undefined;
  }

  remove(): void {
    rmSync(this.root, { recursive: true });
  }
}
