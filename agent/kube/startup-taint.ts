import { nodePath, type Gate } from './gate';
import type { KubeObject } from './kube-client';
import { isConflict } from './kube-error';
import { log } from '../log';

export interface TaintedNode extends KubeObject {
  readonly spec?: { readonly taints?: readonly { readonly key: string }[] };
}

const ATTEMPTS = 5;

/** Takes the taint off that the node was born with, and nothing else: not if somebody changes the node at the same time. */
export async function liftStartupTaint({ kube, node: name, plan: { startupTaint } }: Gate, known: TaintedNode): Promise<void> {
  const has = ({ spec }: TaintedNode) => spec?.taints?.some(({ key }) => key === startupTaint) ?? false;
  if (startupTaint === undefined || !has(known)) return;
  for (let attempt = 1; ; attempt++) {
    const node = await kube.get<TaintedNode>(nodePath(name));
    if (!has(node)) return;
    const taints = node.spec!.taints!.filter(({ key }) => key !== startupTaint);
    try {
      const { resourceVersion } = node.metadata;
      // Without the last one the list itself has to go.
      await kube.merge(nodePath(name), { metadata: { resourceVersion }, spec: { taints: taints.length ? taints : null } });
      log('admit', `node ${name}`, `the startup taint ${startupTaint} is lifted`);
      return;
    } catch (error) {
      if (attempt === ATTEMPTS || !isConflict(error)) throw error;
    }
  }
}
