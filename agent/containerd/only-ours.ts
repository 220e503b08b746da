import { ContainerdPlatformPlan } from '../../src/installer/install-plan';
import { CONTAINERD_TABLES } from '../../src/platform/containerd-tables';
import { Refusal } from '../refusal';
import { dropInPattern } from './drop-in';
import { removeImport } from './imports-edit';
import { configContent, importEntries } from './loaded-config';
import { blockBody, removeBlock } from './marked-block';
import { merged, parseToml, sameMeaning, Table } from './toml';

type Paths = Pick<ContainerdPlatformPlan, 'configFile' | 'dropInFile'>;

/** A main file's text as it would be if we had never been here, proven to differ by nothing but ours. */
export function withoutOurs(paths: Paths, text: string): string {
  configContent(paths.configFile, text);
  const original = removeImport(removeBlock(text, paths.configFile), dropInPattern(paths.dropInFile));
  proveOnlyOurs(paths, original, text);
  return original;
}

/** Proves that a changed text means what it meant plus ours, and that taking ours back gives the very same bytes. */
export function proveTakenBack(paths: Paths, before: string, after: string): void {
  proveOnlyOurs(paths, before, after);
  if (removeImport(removeBlock(after, paths.configFile), dropInPattern(paths.dropInFile)) === before) return;
  throw new Refusal(`${paths.configFile} cannot be changed in a way that could be taken back exactly: ${byHand(paths, after)}`);
}

function proveOnlyOurs(paths: Paths, before: string, after: string): void {
  const original = configContent(paths.configFile, before);
  const content = extended(paths, after);
  const imports = importEntries(paths.configFile, content).filter((entry) => entry !== dropInPattern(paths.dropInFile));
  const rest: Table = { ...content, imports };
  if (original.imports === undefined && imports.length === 0) delete rest.imports;
  if (sameMeaning(rest, merged(original, parseToml(blockBody(after) ?? '')))) return;
  throw new Refusal(`${paths.configFile} would mean something else after the change, not only have our tables more: ${byHand(paths, after)}`);
}

function extended(paths: Paths, after: string): Table {
  try {
    return parseToml(after);
  } catch {
    throw new Refusal(blockBody(after) === undefined
      ? `${paths.configFile}: its imports cannot be extended: ${byHand(paths, after)}`
      : `${paths.configFile} cannot be extended: runtimes or a table above it is written inline (runtimes = { ... }), and TOML has no way `
        + `to add to that: ${byHand(paths, after)}`);
  }
}

function byHand({ dropInFile }: Paths, after: string): string {
  return blockBody(after) === undefined
    ? `add "${dropInPattern(dropInFile)}" to its imports by hand`
    : `write the runtimes as tables of their own, [plugins."${CONTAINERD_TABLES.v2}".containerd.runtimes.<name>]`;
}
