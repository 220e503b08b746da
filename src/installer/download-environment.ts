import type { NodeInstallerProps } from './node-installer-props';
import { POD_LAYOUT } from './pod-layout';

/** Key of the certificates in the files ConfigMap. */
export const CA_BUNDLE_KEY = 'ca-bundle.pem';

/** Proxy and certificates as Node.js reads them. */
export function downloadEnvironment(props: NodeInstallerProps): Record<string, string> {
  const { artifactMirror, httpsProxy, noProxy, caBundle } = props;
  for (const [name, url] of Object.entries({ artifactMirror, httpsProxy })) {
    if (url === undefined) continue;
    if (/^[^/]*\/\/[^/]*@/.test(url)) {
      throw new Error(`${name} must not carry credentials, they would stand in a manifest that many can read; let the mirror or proxy know the nodes by their address`);
    }
    if (!/^https?:\/\/[^\s/"<>{}]+(\/[^\s?#"<>{}]*)?$/.test(url)) {
      throw new Error(`${name} must be an http or https URL without query and without any of "<>{}, got "${url}"`);
    }
  }
  if (caBundle !== undefined) refuseCaBundle(caBundle);
  if (noProxy && !httpsProxy) {
    throw new Error(`noProxy is given (${noProxy.join(', ')}) but httpsProxy is not; leave it out or name the proxy`);
  }
  return {
    ...(httpsProxy ? { NODE_USE_ENV_PROXY: '1', HTTPS_PROXY: httpsProxy, HTTP_PROXY: httpsProxy } : {}),
    ...(noProxy ? { NO_PROXY: noProxy.join(',') } : {}),
    ...(caBundle ? { NODE_EXTRA_CA_CERTS: `${POD_LAYOUT.bundle}/files/${CA_BUNDLE_KEY}` } : {}),
  };
}

/** As JSON, in which each line's end is two letters: `kubectl apply` keeps all of an object in one annotation, of 256 KiB at most. */
const LARGEST_CA_BUNDLE = 245_000;

function refuseCaBundle(text: string): void {
  if (!/^-----BEGIN CERTIFICATE-----\r?\n[\s\S]+-----END CERTIFICATE-----\s*$/m.test(text)) {
    throw new Error('caBundle must hold certificates in PEM form (-----BEGIN CERTIFICATE-----)');
  }
  if (text.includes('PRIVATE KEY-----')) {
    throw new Error('caBundle holds a private key, which would stand in a ConfigMap that many can read; leave only the certificates of the authorities');
  }
  if (text.includes('{{')) {
    throw new Error('caBundle has "{{", which template engines that read the manifests would take for theirs; leave the comments out');
  }
  const bytes = Buffer.byteLength(JSON.stringify(text));
  if (bytes > LARGEST_CA_BUNDLE) {
    throw new Error(`caBundle has ${bytes} bytes as JSON, and an object that kubectl apply can write holds no more than ${LARGEST_CA_BUNDLE} of it; `
      + 'give only the authorities that the mirror and the proxy need');
  }
}
