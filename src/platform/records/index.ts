import type { PlatformRecord } from './platform-record';
import { NodePlatform } from '../node-platform';

/** Every kind of node that is described by a record alone, in the order of the members of `NodePlatform`. */
export const PLATFORM_RECORDS: readonly PlatformRecord[] = Object.values(NodePlatform)
  .flatMap((member: unknown) => (member instanceof NodePlatform ? member._record() ?? [] : []));
