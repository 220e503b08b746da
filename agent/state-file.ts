import { Host } from './host/host';
import { Refusal } from './refusal';

/** What we wrote down on the node, or undefined. Files are replaced as a whole, so only a disk or somebody else can have damaged one. */
export function readState<T>(host: Host, path: string, remedy: string): T | undefined {
  const text = host.read(path)?.toString();
  try {
    return text === undefined ? undefined : JSON.parse(text) as T;
  } catch (error) {
    throw new Refusal(`${path} is not what the installer wrote (${(error as Error).message}): ${remedy}`);
  }
}

/** The same where it does no harm to begin anew. */
export function readStateIfAny<T>(host: Host, path: string): T | undefined {
  try {
    return readState(host, path, '');
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}
