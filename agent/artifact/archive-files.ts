import { join } from 'node:path';
import { download } from './download';
import { archiveId } from './release-source';
import { HOST_LAYOUT } from '../../src/installer/host-layout';
import { ArchivePlan } from '../../src/installer/install-plan';
import { explained } from '../host/errno';
import { Host, unfinishedName } from '../host/host';
import { log } from '../log';

/** The archives of one run: each is downloaded once, for all folders that are unpacked from it. */
export class ArchiveFiles {
  private readonly downloads = new Map<string, Promise<string>>();

  constructor(private readonly host: Host) {}

  /** Path of the archive on the host, downloaded and verified. */
  get(archive: ArchivePlan): Promise<string> {
    const id = archiveId(archive);
    const known = this.downloads.get(id);
    if (known) return known;
    const started = this.download(archive);
    this.downloads.set(id, started);
    return started;
  }

  /** Removes an archive that nothing is unpacked from any more. */
  remove(archive: ArchivePlan): void {
    const id = archiveId(archive);
    if (this.downloads.delete(id)) this.host.removeTree(fileOf(id));
  }

  /** Removes what is left when a run ends early. */
  clear(): void {
    for (const id of this.downloads.keys()) this.host.tryTo(() => this.host.removeTree(fileOf(id)));
    this.downloads.clear();
  }

  private async download(archive: ArchivePlan): Promise<string> {
    const file = fileOf(archiveId(archive));
    const startedAt = performance.now();
    try {
      this.host.makeDirectories(HOST_LAYOUT.opt);
      await download(this.host, archive, file);
    } catch (error) {
      this.host.tryTo(() => this.host.removeTree(file));
      throw explained(error, `downloading ${archive.url} to ${HOST_LAYOUT.opt}`);
    }
    log('stage', archive.url, `downloaded, ${archive.checksum.algorithm} verified`, startedAt);
    return file;
  }
}

function fileOf(id: string): string {
  return unfinishedName(join(HOST_LAYOUT.opt, `archive-${id.replace(':', '-')}`));
}
