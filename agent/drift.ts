import { changedFile, readMarker } from './artifact/marker';
import { FileHashes } from './host/file-hashes';
import { Node } from './node';
import { InstalledHandler, InstallRecord } from './record';
import { Refusal } from './refusal';
import { recordedTables } from './steps/handler-tables';
import { HOST_LAYOUT } from '../src/installer/host-layout';

const NO_RECORD = 'the record of its installation is gone from this node';
const REMEDY = 'delete this Pod of the installer, and the next one repairs the node';

/** A node, and what was recorded on it. */
export interface Installed {
  readonly node: Node;
  readonly record: InstallRecord;
}

/** Those of these handlers that are not as they were recorded, and why. */
export async function findDrift(installed: Installed | undefined, handlers: readonly string[], hashes: FileHashes): Promise<Map<string, string>> {
  const found = installed ? await eachDrift(installed, handlers, hashes) : handlers.map((handler) => [handler, NO_RECORD] as const);
  return new Map(found.flatMap(([handler, reason]) => (reason === undefined ? [] : [[handler, `${reason}; ${REMEDY}`] as const])));
}

async function eachDrift({ node, record }: Installed, handlers: readonly string[], hashes: FileHashes) {
  const served = await node.servedHandlers();
  return Promise.all(handlers.map(async (handler) => {
    const recorded = record.handlers.find((candidate) => candidate.handler === handler);
    const configuration = await configurationDrift(node, record, handler);
    const unserved = served.includes(handler) ? undefined : `${node.containerRuntimeName} has read another configuration since, and does not serve it any more`;
    return [handler, recorded ? configuration ?? unserved ?? fileDrift(node, record, recorded, hashes) : NO_RECORD] as const;
  }));
}

/** As an installation would: where it had to write something, something has changed. What others have made of one handler is of that one alone. */
async function configurationDrift(node: Node, { installer, handlers }: InstallRecord, looked: string): Promise<string | undefined> {
  try {
    const wanted = handlers.map((installed) => ({ ...recordedTables(installed), kept: installed.handler !== looked }));
    const changes = await node.planHandlers(installer, wanted);
    if (!changes.length) return undefined;
    return `the configuration of ${node.containerRuntimeName} was changed: ${changes.map(({ path }) => path).join(', ')} no longer has what it needs`;
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}

function fileDrift({ host }: Node, { files }: InstallRecord, handler: InstalledHandler, hashes: FileHashes): string | undefined {
  const { files: own, sharedConfig, directory } = handler;
  const needed = [...own, ...(sharedConfig === undefined ? [] : [sharedConfig])];
  const marker = readMarker(host, directory);
  const changed = needed.find((path) => hashes.of(path) !== files.find((written) => written.path === path)?.sha256)
    // What was on the node before us may be changed by whoever put it there.
    ?? (marker ? changedFile(directory, marker, hashes) : directory.startsWith(`${HOST_LAYOUT.opt}/`) ? directory : undefined);
  return changed === undefined ? undefined : `${changed} was ${host.stat(changed) && changed !== directory ? 'changed' : 'removed'}`;
}
