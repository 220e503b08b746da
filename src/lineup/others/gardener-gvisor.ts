import type { OtherInstaller } from './other-installer';
import { nameOf, textAt, type Manifest } from '../manifest';

/**
 * Gardener's extension for gVisor: a DaemonSet for each worker pool.
 *
 * @see https://github.com/gardener/gardener-extension-runtime-gvisor/tree/master/charts/internal
 */
export function gardenerGvisor(manifest: Manifest): OtherInstaller | undefined {
  const labels = ['metadata', 'labels'];
  const isExtension = textAt(manifest, 'spec', 'template', ...labels, 'origin') === 'gardener-extension-runtime-gvisor'
    || (textAt(manifest, ...labels, 'app.kubernetes.io/name') === 'containerd-gvisor' && nameOf(manifest).startsWith('containerd-gvisor'));
  return isExtension ? {
    product: 'gardener-extension-runtime-gvisor',
    manifest,
    handlers: new Set(['runsc']),
    family: /^(runsc|gvisor)/,
    // Gardener sets it on the nodes of the pool, whether or not the installation succeeded there.
    labels: new Map([['containerruntime.worker.gardener.cloud/gvisor', 'true']]),
    classes: new Map(),
  } : undefined;
}
