import type { NodeText, PoolFacts } from './node-text';
import { platformTexts } from './platform-texts';
import { startupTaintTexts } from './startup-taint-texts';

/** All texts for the nodes of an installer's pool that are no objects of the cluster. */
export function nodeTexts(pool: PoolFacts): NodeText[] {
  return [...platformTexts(pool.platform), ...startupTaintTexts(pool)];
}
