import { build } from './go-program';

/** Helm, to render charts. */
export async function helm(): Promise<string> {
  return build({ module: 'helm', main: 'helm.sh/helm/v3/cmd/helm', name: 'helm' });
}
