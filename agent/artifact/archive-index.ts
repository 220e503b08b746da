import { dirname, join } from 'node:path/posix';
import { entryPath, hardLinkTarget, linkTarget } from './entry-path';
import { TarEntry, TarSink } from './tar';
import { Refusal } from '../refusal';

/** As many links in a row as the kernel follows. */
const MOST_LINKS = 40;

/** What is in an archive, for choosing a part of it: a link may stand before or after what it leads to. */
export class ArchiveIndex implements TarSink {
  private readonly entries = new Map<string, TarEntry | 'implied directory'>([['.', 'implied directory']]);

  /** @param root folder of the archive that is unpacked; the others are left out. */
  constructor(private readonly root?: string) {}

  begin(entry: TarEntry): void {
    const path = entryPath(entry.name, this.root);
    if (path === undefined) return;
    this.entries.set(path, entry);
    for (let parent = dirname(path); !this.entries.has(parent); parent = dirname(parent)) this.entries.set(parent, 'implied directory');
  }

  content(): void {
    // Only names count.
  }

  end(): void {
    // Only names count.
  }

  /**
   * The paths of all that has to be unpacked for these files and, with a `/` at the end, folders: links on the way,
   * what they lead to, and what is in a folder.
   */
  choose(include: readonly string[]): ReadonlySet<string> {
    const chosen = new Set<string>();
    const missing: string[] = [];
    for (const wanted of include) {
      const found = this.reach(wanted.replace(/\/$/, ''), chosen);
      if (found !== undefined && this.isFolder(found) === wanted.endsWith('/')) this.take(found, chosen);
      else missing.push(wanted);
    }
    if (missing.length) throw new Refusal(`the archive lacks ${missing.join(', ')}: it is not the release that the plan describes`);
    return chosen;
  }

  /** Where a path leads, the links on the way taken; undefined if it leads to nothing. */
  private reach(path: string, chosen: Set<string>, links = 0): string | undefined {
    const parts = path.split('/');
    let at = '.';
    for (const [index, part] of parts.entries()) {
      at = join(at, part);
      const entry = this.entries.get(at);
      if (entry === undefined) return undefined;
      if (entry === 'implied directory' || entry.type !== 'symlink') continue;
      chosen.add(at);
      if (links === MOST_LINKS) throw new Refusal(`the archive has a link that leads back to itself: ${entry.name} -> ${entry.link}`);
      return this.reach(join(dirname(at), linkTarget(at, entry, this.root), ...parts.slice(index + 1)), chosen, links + 1);
    }
    return at;
  }

  /** Takes a file or a folder with all that is in it. A link in a folder may lead to nothing, as it does in the archive. */
  private take(path: string, chosen: Set<string>): void {
    if (chosen.has(path)) return;
    chosen.add(path);
    const entry = this.entries.get(path);
    if (entry !== undefined && entry !== 'implied directory' && entry.type === 'hardlink') return this.take(hardLinkTarget(entry, this.root), chosen);
    if (!this.isFolder(path)) return;
    for (const below of this.below(path)) {
      const target = this.reach(below, chosen);
      if (target !== undefined) this.take(target, chosen);
    }
  }

  private below(path: string): string[] {
    return [...this.entries.keys()].filter((other) => other !== path && (path === '.' || other.startsWith(`${path}/`)));
  }

  private isFolder(path: string): boolean {
    const entry = this.entries.get(path);
    return entry === 'implied directory' || entry?.type === 'directory';
  }
}
