import { ContainerdPlatformPlan } from '../../src/installer/install-plan';
import { Refusal } from '../refusal';
import { dropInOwner } from './drop-in';
import { HostFiles } from './host-files';
import { configText } from './loaded-config';
import { blockOwner } from './marked-block';

/** Refuses what another installer, or nobody of us, has written in the places that are ours. */
export function refuseOthers({ configFile, dropInFile }: Pick<ContainerdPlatformPlan, 'configFile' | 'dropInFile'>, files: HostFiles, owner: string): void {
  const main = files.read(configFile);
  if (main) refuseOtherOwner(configFile, blockOwner(configText(configFile, main)), owner);
  const dropIn = files.read(dropInFile);
  if (!dropIn) return;
  const found = dropInOwner(dropIn.toString('utf8'));
  if (found === undefined) {
    throw new Refusal(`${dropInFile} is not the installer's file: move it to another name, this one is needed for the runtime tables`);
  }
  refuseOtherOwner(dropInFile, found, owner);
}

export function refuseOtherOwner(path: string, found: string | undefined, owner: string): void {
  if (found === undefined || found === owner) return;
  throw new Refusal(`${path} has the runtime tables of the installer ${found}: a node belongs to one installer; `
    + `set that one to desiredState ABSENT before ${owner} comes to this node`);
}
