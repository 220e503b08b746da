import { HOST_LAYOUT } from './host-layout';
import { POD_LAYOUT } from './pod-layout';
import { absolutePath } from '../platform/absolute-path';

/** Folders that the installer's container has itself. */
const ITS_OWN = [
  '/bin', '/dev', '/etc', '/host', '/lib', '/proc', '/run', '/sbin', '/sys', '/tmp', '/usr', '/var/run',
  HOST_LAYOUT.opt, HOST_LAYOUT.state, POD_LAYOUT.bundle, POD_LAYOUT.copies, POD_LAYOUT.lent,
];

/**
 * Checks a folder of the node that somebody else has filled, and that the installer is to mount at its own path.
 *
 * @param what how a message calls what it was given to
 * @param content how a message calls what is in it
 * @param example a folder that would do
 */
export function validateNodeFolder(folder: string, what: string, content: string, example: string): string {
  absolutePath(`the folder of ${what}`, folder);
  if (folder.includes(':')) throw new Error(`a container cannot mount "${folder}" of ${what}, since it has a ":"; keep ${content} in a folder such as "${example}"`);
  const strange = ITS_OWN.find((other) => folder === other || folder.startsWith(`${other}/`) || other.startsWith(`${folder}/`));
  if (strange !== undefined || folder.lastIndexOf('/') === 0) {
    throw new Error(`the installer cannot mount "${folder}" of ${what}, since ${strange === undefined
      ? `more than ${content} lies there` : `its container has ${strange} itself`}; keep ${content} in a folder of its own such as "${example}"`);
  }
  return folder;
}
