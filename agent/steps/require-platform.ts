import { NODE_FAMILIES } from '../../src/platform/node-families';
import { Refusal } from '../refusal';
import { Run } from '../transaction';

/** A node of another kind has its files elsewhere, and what is written here would be for nothing, or worse. */
export async function requirePlatform({ plan: { platform }, node }: Run): Promise<void> {
  const families = await node.families?.();
  const other = families?.find((family) => family !== platform.family);
  if (other === undefined) return;
  throw new Refusal(`this is a ${other} node, and the platform of the installer is ${platform.name}: ${NODE_FAMILIES[other].advice}, `
    + 'and keep this installer off such nodes with its nodeSelector');
}
