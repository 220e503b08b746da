import { Chart } from 'cdk8s';
import { synthesized, type Manifests } from './fixture';
import { KataRelease, KataRuntime, type KataRuntimeProps } from '../../src';

/** A runtime of Kata with its installer, as the library writes them. */
export function kata(props: Partial<KataRuntimeProps> = {}): Manifests {
  return synthesized((app) => {
    const chart = new Chart(app, 'sandbox', { namespace: 'sandbox-system' });
    new KataRuntime(chart, 'kata', { release: KataRelease.V4_2_0, runtimeClassName: 'kata', ...props });
  });
}

/** The spec of a Pod in Kata, with one container of these limits. */
export function limited(limits?: object, runtimeClassName = 'kata'): object {
  return { runtimeClassName, containers: [{ name: 'web', image: 'nginx', ...limits ? { resources: { limits } } : {} }] };
}
