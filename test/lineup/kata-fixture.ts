import { Chart } from 'cdk8s';
import { synthesized, type Manifests } from './fixture';
import { KataRelease, KataRuntime, KataShim, type KataRuntimeProps } from '../../src';

/** A runtime of Kata with its installer, as the library writes them. */
export function kata(props: Partial<KataRuntimeProps> = {}): Manifests {
  return synthesized((app) => {
    const chart = new Chart(app, 'sandbox', { namespace: 'sandbox-system' });
    new KataRuntime(chart, 'kata', { release: KataRelease.V4_2_0, runtimeClassName: 'kata', ...props });
  });
}

/** A shim that the library has no record of, with a build of QEMU of its own. */
export const FORK = KataShim.of('qemu-fork', { hypervisor: 'qemu', architectures: ['amd64', 'arm64'], components: ['qemu-fork', 'virtiofsd', 'kernel', 'rootfs-image'] });

/** The spec of a Pod in Kata, with one container of these limits. */
export function limited(limits?: object, runtimeClassName = 'kata'): object {
  return { runtimeClassName, containers: [{ name: 'web', image: 'nginx', ...limits ? { resources: { limits } } : {} }] };
}
