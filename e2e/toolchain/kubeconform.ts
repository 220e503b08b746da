import { build } from './go-program';

/** kubeconform, which judges manifests by their schemas: what the check is measured beside. */
export async function kubeconform(): Promise<string> {
  return build({ module: 'kubeconform', main: 'github.com/yannh/kubeconform/cmd/kubeconform', name: 'kubeconform' });
}
