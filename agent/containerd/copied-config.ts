import { CopiedConfigPlan } from '../../src/installer/containerd-files-plan';
import { FileChange } from '../file-change';
import { Refusal } from '../refusal';
import { change, ChangedFiles, ConfigPaths, ContainerdPlanInput, covers, loadBase, names } from './config-change';
import { mergesDropIns } from './containerd-version';
import { dropInPattern, dropInText } from './drop-in';
import { HostFiles, withFiles } from './host-files';
import { addImport, removeImport } from './imports-edit';
import { judgedHandlers } from './installed-handlers';
import { configText } from './loaded-config';
import { refuseOthers } from './ownership';
import { refuseUnusableConfig } from './refusals';
import { tableSection } from './runtime-tables';

const COPIED = '# Copied by sandbox-runtimes for ';

/** Whether the main file is there and is not our copy: then the operator has made one, and it is theirs. */
export function hasOwnCopy({ configFile }: ConfigPaths, files: HostFiles): boolean {
  const main = files.read(configFile);
  return main !== undefined && !configText(configFile, main).startsWith(COPIED);
}

/**
 * A drop-in, where the file that the unit reads imports it; else a copy of that file that does, and a drop-in of the
 * unit that names the copy. The copy follows the original when that changes with the operating system.
 *
 * @param planOwnFile what is done where the operator has a copy already
 */
export function planCopiedChanges(
  input: ContainerdPlanInput, copied: CopiedConfigPlan, planOwnFile: (input: ContainerdPlanInput) => FileChange[],
): FileChange[] {
  const { platform, files, handlers, owner, containerdVersion } = input;
  const { configFile, dropInFile } = platform;
  if (hasOwnCopy(platform, files)) return planOwnFile(input);
  refuseOthers({ configFile, dropInFile }, files, owner);
  const gone = [...change(files, copied.unitDropIn, undefined), ...change(files, configFile, undefined), ...change(files, dropInFile, undefined)];
  if (!handlers.length) return gone;

  const original = originalText(copied, files);
  const config = loadBase({ platform: { ...platform, configFile: copied.original }, files }, original);
  refuseUnusableConfig(containerdVersion, config, mergesDropIns(containerdVersion) ? judgedHandlers(input) : names(handlers));
  const dropIn = change(files, dropInFile, dropInText(handlers.map((handler) => handler[tableSection(containerdVersion, config)]), owner));
  if (config.some((file) => covers(file, dropInFile))) return [...dropIn, ...gone.filter(({ path }) => path !== dropInFile)];

  const pattern = dropInPattern(dropInFile);
  const extended = addImport(original, pattern, owner);
  if (removeImport(extended, pattern) !== original) throw new Refusal(`${copied.original} cannot be extended: copy it to ${configFile}, add "${pattern}" to its imports and name it in the unit`);
  return [
    ...dropIn,
    ...change(files, configFile, `${COPIED}${owner} from ${copied.original}; removed with it.\n${extended}`),
    ...change(files, copied.unitDropIn, `# Written by sandbox-runtimes for ${owner}; removed with it.\n[Service]\nEnvironment=${copied.variable}=${configFile}\n`),
  ];
}

/** Without a copy the unit reads the original: before there is one, and after it has gone. */
export function copiedChanges({ configFile }: ConfigPaths, copied: CopiedConfigPlan, { files, changes }: ChangedFiles): ChangedFiles {
  const original = () => Buffer.from(originalText(copied, files));
  return {
    files: files.read(configFile) ? files : withFiles(files, new Map([[configFile, original()]])),
    changes: changes.map((made) => (made.path === configFile && !made.after ? { ...made, after: original() } : made)),
  };
}

function originalText({ original }: CopiedConfigPlan, files: HostFiles): string {
  const bytes = files.read(original);
  if (bytes) return configText(original, bytes);
  throw new Refusal(`${original} is not there, which containerd reads on the nodes that this platform is for: give the installer the platform of these nodes`);
}
