import type { Installer } from '../../lineup/installer';
import { platformRecords } from '../../platform/records';
import { nodeTexts } from '../../platform/texts';
import type { NodeText } from '../../platform/texts/node-text';
import { InputError } from '../input/input-error';

const WIDTH = 110;

/** The texts for the nodes of these installers' pools; one that several need comes once. */
export function installerTexts(installers: readonly Installer[]): NodeText[] {
  const texts = installers.flatMap(({ plan, pod }) => (plan ? nodeTexts({
    platform: plan.platform.name,
    nodeSelector: Object.fromEntries(pod.nodeSelector),
    taints: pod.tolerations.map(({ key, operator, value, effect }) => ({ key, value: operator === 'Equal' ? value : undefined, effect })),
    startupTaint: plan.gate?.startupTaint,
  }) : []));
  return [...new Map(texts.map((text) => [text.text, text])).values()];
}

/** The texts for the nodes of a platform, whether or not something is installed there. */
export function platformOnly(name: string): NodeText[] {
  const texts = nodeTexts({ platform: name, nodeSelector: {}, taints: [] });
  if (texts.length) return texts;
  const known = platformRecords().find((record) => record.name === name);
  const speaking = platformRecords().filter((record) => nodeTexts({ platform: record.name, nodeSelector: {}, taints: [] }).length);
  throw new InputError(known
    ? `there is nothing to tell nodes of ${known.title} outside of the cluster${known.refusal ? `, and no installer for them: ${known.refusal}` : ''}`
    : `there is no platform "${name}" that has texts; those that have are ${speaking.map((record) => record.name).join(', ')}`);
}

/** All texts one after the other, each below what it is for, as comments of YAML. */
export function rendered(texts: readonly NodeText[]): string {
  return texts.map(({ fileName, description, text }) => `# ${fileName}\n${wrapped(description)}\n${text}`).join('---\n');
}

function wrapped(text: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    if (`${lines.at(-1)} ${word}`.length > WIDTH) lines.push('');
    lines.push(`${lines.pop()} ${word}`);
  }
  return lines.map((line) => `#${line}`).join('\n');
}
