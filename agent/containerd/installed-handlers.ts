import { BUILT_IN_RUNTIME } from './built-in-runtime';
import { ConfigPaths, ContainerdPlanInput } from './config-change';
import { dropInOwner } from './drop-in';
import { HostFiles } from './host-files';
import { configContent } from './loaded-config';
import { blockBody } from './marked-block';
import { runtimesOf } from './runtime-tables';
import { CONTAINERD_TABLES } from '../../src/platform/containerd-tables';

/** What of containerd's configuration on this node we have written: drop-ins, and the block of the main file. */
export function writtenByUs({ configFile, dropInFile, templates = [] }: ConfigPaths, files: HostFiles): string[] {
  const main = files.read(configFile)?.toString('utf8') ?? '';
  const dropIns = new Set([dropInFile, ...templates.flatMap((template) => template.dropInFile ?? [])]);
  const texts = [...dropIns].map((path) => files.read(path)?.toString('utf8') ?? '').filter((text) => dropInOwner(text) !== undefined);
  return [...texts, blockBody(main) ?? ''];
}

/** The handlers that our drop-in or block on this node defines now. */
export function installedHandlers(platform: ConfigPaths, files: HostFiles): string[] {
  const tables = writtenByUs(platform, files).map((text) => configContent(platform.dropInFile, text));
  const handlers = tables.flatMap((table) => Object.values(CONTAINERD_TABLES).flatMap((section) => Object.keys(runtimesOf(table, section) ?? {})));
  return [...new Set(handlers)].filter((handler) => handler !== BUILT_IN_RUNTIME).sort();
}

/**
 * The handlers for which the rest of the configuration has to be as they need it, where containerd merges drop-ins. One
 * that is kept for its Pods and is in ours already can stay as it is: what others have made of it since is not the matter
 * of the other handlers.
 */
export function judgedHandlers({ platform, files, handlers }: Pick<ContainerdPlanInput, 'platform' | 'files' | 'handlers'>): string[] {
  const installed = installedHandlers(platform, files);
  return handlers.filter(({ handler, kept }) => !kept || !installed.includes(handler)).map(({ handler }) => handler);
}
