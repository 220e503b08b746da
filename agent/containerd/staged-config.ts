import { mkdirSync, writeFileSync } from 'node:fs';
import { importsArray } from './imports-edit';
import { ConfigFile } from './loaded-config';

/**
 * Copies a configuration to a folder of its own and lets its `imports` name the copies, in the order in which
 * containerd finds the files. So a configuration that is not on the host yet can be read by the host's containerd.
 *
 * @returns the path of the main file's copy; undefined if there is no main file.
 */
export function stageConfig(folder: string, config: readonly ConfigFile[]): string | undefined {
  mkdirSync(folder, { recursive: true });
  const copies = new Map(config.map(({ path }, index) => [path, `${folder}/${index}.toml`]));
  for (const { path, text, imports } of config) {
    const array = importsArray(text);
    const names = JSON.stringify(imports.map((imported) => copies.get(imported)));
    writeFileSync(copies.get(path)!, array ? text.slice(0, array.start) + names + text.slice(array.end) : text);
  }
  return copies.values().next().value;
}
