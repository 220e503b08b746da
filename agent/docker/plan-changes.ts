import { DockerPlatformPlan } from '../../src/installer/install-plan';
import { FileChange } from '../file-change';
import { HandlerTables } from '../handler-tables';
import { Host } from '../host/host';
import { Refusal } from '../refusal';
import { DockerRuntimes, withoutOurs, withOurs } from './daemon-json';

/** Permission bits of a `daemon.json` that is created: like one that a person would write. */
const MODE = 0o644;

/**
 * The change to `daemon.json` after which Docker serves exactly these handlers in addition to what is not ours; none if
 * there is nothing to do. It is always worked out from the text as it would be without us.
 */
export function planDockerChanges(host: Host, platform: DockerPlatformPlan, handlers: readonly HandlerTables[]): FileChange[] {
  const { configFile, defaultRuntime } = platform;
  const before = host.read(configFile);
  const original = withoutOurs(configFile, before && decoded(configFile, before));
  const isDefault = handlers.some(({ handler }) => handler === defaultRuntime);
  const text = handlers.length ? withOurs(configFile, original, runtimesOf(handlers), isDefault ? defaultRuntime : undefined) : original;
  const after = text === undefined ? undefined : Buffer.from(text);
  const same = before && after ? before.equals(after) : before === after;
  return same ? [] : [{ path: configFile, before, after, mode: MODE }];
}

/** The runtimes of a plan, each of which comes as a `daemon.json` with nothing else in it. */
export function runtimesOf(handlers: readonly HandlerTables[]): DockerRuntimes {
  return Object.assign({}, ...handlers.map(({ handler, docker }) => {
    if (docker === undefined) throw new Error(`the plan has no runtime of Docker for the handler ${handler}: apply all objects of the installer together`);
    return (JSON.parse(docker) as { runtimes: DockerRuntimes }).runtimes;
  }));
}

function decoded(path: string, bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Refusal(`${path} is not UTF-8: write it as plain JSON`);
  }
}
