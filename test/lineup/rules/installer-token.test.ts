import { container, installerPod, messagesOf, quickstart } from '../fixture';

const RULE = 'installer-token';

function tokenSources(manifests: any[]): any[] {
  return installerPod(manifests).volumes.find(({ name }: { name: string }) => name === 'token').projected.sources;
}

test('accepts a token for claim and admit alone', () => {
  expect(messagesOf(RULE, quickstart())).toEqual([]);
});

test('reports a container with both a token and the host', () => {
  const manifests = quickstart();
  container(manifests, 'install').volumeMounts.push(container(manifests, 'claim').volumeMounts.at(-1));
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('the container install mounts both the host and a token')]);
});

test('reports a token where no client looks for it', () => {
  const manifests = quickstart();
  container(manifests, 'claim').volumeMounts.at(-1).mountPath = '/token';
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('the container claim has its token at /token; the agent looks for it at /var/run/secrets/')]);
});

test('reports a gate without a token', () => {
  const manifests = quickstart();
  container(manifests, 'admit').volumeMounts.pop();
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('the container admit has its token at no path')]);
});

test.each([
  ['another name for the token', (sources: any[]) => (sources[0].serviceAccountToken.path = 'tokem'), 'the agent also reads token'],
  ['another ConfigMap for the certificate authority', (sources: any[]) => (sources[1].configMap.name = 'kube-root-ca'), 'write the key ca.crt of the ConfigMap kube-root-ca.crt'],
])('reports %s', (_what, edit, message) => {
  const manifests = quickstart();
  edit(tokenSources(manifests));
  const messages = messagesOf(RULE, manifests);
  expect(messages).toHaveLength(2);
  expect(messages[0]).toContain(message);
});
