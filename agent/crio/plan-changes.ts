import { dirname, join } from 'node:path';
import { CrioPlatformPlan } from '../../src/installer/install-plan';
import { dropInOwner, dropInText } from '../containerd/drop-in';
import { FileChange } from '../file-change';
import { HandlerTables } from '../handler-tables';
import { Host } from '../host/host';
import { Refusal } from '../refusal';
import { dropInName, isDropInName } from './drop-in-name';
import { crioContent, CrioFile, crioHandlers, loadCrioConfig } from './loaded-config';

const MODE = 0o644;

/** The changes to the folder of drop-ins after which CRI-O serves exactly these handlers in addition to what is not ours. */
export function planCrioChanges(host: Host, platform: CrioPlatformPlan, owner: string, handlers: readonly HandlerTables[]): FileChange[] {
  const { dropInFolder } = platform;
  const files = loadCrioConfig(host, platform);
  const isOurs = ({ path }: CrioFile) => dirname(path) === dropInFolder && isDropInName(path.slice(dropInFolder.length + 1));
  for (const file of files.filter(isOurs)) refuseOtherOwner(file, owner);
  for (const file of files.filter((other) => !isOurs(other))) refuseTaken(file, handlers);
  const dropIn = (tables: HandlerTables) => Buffer.from(dropInText([crioTable(tables)], owner));
  const wanted = new Map(handlers.map((tables) => [join(dropInFolder, dropInName(tables.handler)), dropIn(tables)]));
  const paths = new Set([...wanted.keys(), ...files.filter(isOurs).map(({ path }) => path)]);
  return [...paths].sort().flatMap((path) => {
    const [before, after] = [host.read(path), wanted.get(path)];
    const same = before && after ? before.equals(after) : before === after;
    // A file that is half written would be read like any other, so it is not built in this folder.
    return same ? [] : [{ path, before, after, mode: MODE, unfinishedIn: dirname(platform.configFile) }];
  });
}

function refuseOtherOwner({ path, text }: CrioFile, owner: string): void {
  const found = dropInOwner(text);
  if (found === undefined) throw new Refusal(`${path} is not the installer's file: move it to another name, this one is needed for a handler`);
  if (found === owner) return;
  throw new Refusal(`${path} is of the installer ${found}: a node belongs to one installer; set that one to desiredState ABSENT before ${owner} comes to this node`);
}

/** A handler that stands twice counts once, as the file says whose name is the last one. */
function refuseTaken(file: CrioFile, handlers: readonly HandlerTables[]): void {
  const defined = crioHandlers(crioContent(file));
  const taken = handlers.find(({ handler }) => defined.includes(handler));
  if (taken) throw new Refusal(`${file.path} has a handler "${taken.handler}" that the installer did not write: remove it, or give the handler another name`);
}

function crioTable({ handler, crio }: HandlerTables): string {
  if (crio === undefined) throw new Error(`the plan has no drop-in of CRI-O for the handler ${handler}: apply all objects of the installer together`);
  return crio;
}
