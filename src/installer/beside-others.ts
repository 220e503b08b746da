import { dirname } from 'node:path/posix';
import { ExistingHandlers } from './existing-handlers';
import type { PlatformPlan } from './install-plan';
import { validateNodeFolder } from './node-folder';
import type { NodeInstallerProps } from './node-installer-props';

/**
 * A platform on whose nodes there are other installers, too.
 *
 * @throws where nothing of theirs can be adopted, or a folder cannot be mounted
 */
export function besideOthers(platform: PlatformPlan, { existingHandlers, importedFolders = [] }: NodeInstallerProps): PlatformPlan {
  const adopts = existingHandlers === ExistingHandlers.ADOPT;
  if (adopts && (platform.kind !== undefined || platform.templates || platform.managed || platform.copied)) {
    throw new Error(`existingHandlers is ADOPT, and on nodes of the platform ${platform.name} no drop-in lies over the tables of others; `
      + 'leave it out, and give the runtime another handler or remove the other table first');
  }
  for (const folder of importedFolders) {
    if (platform.kind !== undefined) {
      throw new Error(`importedFolders has "${folder}", and on nodes of the platform ${platform.name} no file imports others; leave it out`);
    }
    validateNodeFolder(folder, 'importedFolders', 'what is imported', '/opt/kata/containerd/config.d');
    const own = dirname(platform.configFile);
    if (`${folder}/`.startsWith(`${own}/`)) {
      throw new Error(`importedFolders has "${folder}", and the installer sees all of ${own}, where the main file lies, anyway; leave it out`);
    }
  }
  if (platform.kind !== undefined) return platform;
  return {
    ...platform,
    ...(importedFolders.length ? { imported: [...new Set(importedFolders)].sort() } : {}),
    ...(adopts ? { adopts: true } : {}),
  };
}
