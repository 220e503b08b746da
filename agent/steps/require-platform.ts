import { NODE_FAMILIES } from '../../src/platform/node-families';
import { Refusal } from '../refusal';
import { Run } from '../transaction';

/** A node of another kind has its files elsewhere, and what is written here would be for nothing, or worse. */
export async function requirePlatform({ plan: { platform: { name, family, restart } }, node }: Run): Promise<void> {
  const found = await node.families?.();
  if (!found) return;
  const other = found.find((candidate) => candidate !== family);
  if (other !== undefined) {
    throw new Refusal(`this is a ${other} node, and the platform of the installer is ${name}: ${NODE_FAMILIES[other].advice}, and keep this installer off such nodes `
      + 'with its nodeSelector');
  }
  // Without systemd there is nobody to ask for the units of the kind.
  if (family !== undefined && !found.length && restart.kind === 'systemd') {
    throw new Refusal(`this node has none of the marks of a ${family} node, and the platform of the installer is ${name}: give it the platform of these nodes, `
      + 'or keep it off them with its nodeSelector');
  }
}
