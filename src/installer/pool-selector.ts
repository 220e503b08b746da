import type { IConstruct } from 'constructs';
import { handlerLabel } from './handler-label';
import type { NodeInstaller } from './node-installer';

/** Nodes that a RuntimeClass selects: by the label that the gate sets, or by the pool, whose nodes an autoscaler can foresee. */
export function selectorOf(runtime: IConstruct, handler: string, installers: readonly NodeInstaller[]): { [key: string]: string } {
  const gated = installers.filter((installer) => installer._gate._selectsLabel);
  if (gated.length === installers.length) {
    return { [handlerLabel(handler)]: 'ready' };
  }
  if (gated.length > 0) {
    throw new Error(`the installers of ${runtime.node.path} have different readiness gates (${installers.map((i) => i.node.path).join(', ')}); `
      + 'a RuntimeClass selects nodes in one way only, so give all of them ReadinessGate.handlerLabel(), or, where pools are autoscaled, ReadinessGate.startupTaint()');
  }
  const [first, ...others] = installers.map((installer) => installer._poolSelector);
  if (others.some((other) => JSON.stringify(other) !== JSON.stringify(first))) {
    throw new Error(`${runtime.node.path} is installed on several node pools whose handlers no label tells, and one RuntimeClass cannot select `
      + `them all (${installers.map((i) => i.node.path).join(', ')}); use ReadinessGate.handlerLabel(), whose label all pools share, or give autoscaled pools a nodeSelector with one label in common`);
  }
  return { ...first };
}
