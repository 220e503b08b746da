import { ChangedFiles, ConfigPaths } from './config-change';
import { copiedChanges, hasOwnCopy } from './copied-config';
import { HostFiles } from './host-files';
import { managedChanges } from './managed-config';
import { renderedChanges, templateOf } from './rendered-config';

/** The platform with the drop-in file that counts on this node. */
export function onThisNode<P extends ConfigPaths>(platform: P, files: HostFiles): P {
  const { configFile, dropInFile, templates } = platform;
  const template = templates && files.read(configFile) ? templateOf(configFile, files, templates) : undefined;
  return { ...platform, dropInFile: template?.dropInFile ?? dropInFile };
}

/** What containerd reads before and after changes, where it does not read just the files that are changed. */
export function asRead(platform: ConfigPaths, containerdVersion: string, changed: ChangedFiles): ChangedFiles {
  const { templates, managed, copied } = platform;
  if (templates) return renderedChanges(platform, templates, changed);
  if (managed) return managedChanges(platform, managed, containerdVersion, changed);
  if (copied && !hasOwnCopy(platform, changed.files)) return copiedChanges(platform, copied, changed);
  return changed;
}
