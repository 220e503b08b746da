import type { PlatformRecord } from './platform-record';
import { NodePlatform } from '../node-platform';

/** Every kind of node that is described by a record alone, in the order of the members of `NodePlatform`. */
export function platformRecords(): readonly PlatformRecord[] {
  return Object.values(NodePlatform).flatMap((member: unknown) => (member instanceof NodePlatform ? member._record() ?? [] : []));
}
