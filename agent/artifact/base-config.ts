import { join } from 'node:path';
import { RuntimePlan } from '../../src/installer/install-plan';
import { Host } from '../host/host';
import { Refusal } from '../refusal';

/**
 * The configuration file that comes with an unpacked release, as it has to be where the release really is: wherever
 * it names the folder that the release was built for, or a path below, it names the release's own folder instead.
 */
export function baseConfigContent(host: Host, { artifact, baseConfig }: Pick<RuntimePlan, 'artifact' | 'baseConfig'>): Buffer | undefined {
  if (!baseConfig) return undefined;
  const source = join(artifact.directory, baseConfig.source);
  const shipped = host.read(source);
  if (!shipped) throw new Refusal(`the release has no ${baseConfig.source}, which the configuration begins with: it is not the release that the plan describes`);
  return repointed(shipped, baseConfig.builtFor, artifact.directory);
}

/** A text in which a folder, and paths below it, are another folder; all other bytes are the same. */
export function repointed(text: Buffer, from: string, to: string): Buffer {
  // A name that only begins or ends like the folder's is another one. One character is one byte in Latin-1.
  const folder = new RegExp(`(?<=^|://|[^\\w./-])${from.replace(/[^\w/-]/g, '\\$&')}(?![\\w-]|\\.\\w)`, 'g');
  return Buffer.from(text.toString('latin1').replace(folder, () => to), 'latin1');
}
