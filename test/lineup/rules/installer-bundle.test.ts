import { configMap, container, installerPod, messagesOf, quickstart } from '../fixture';

const RULE = 'installer-bundle';

test('accepts an installer whose ConfigMaps are there', () => {
  expect(messagesOf(RULE, quickstart())).toEqual([]);
});

test('reports a ConfigMap that is not there', () => {
  const manifests = quickstart();
  configMap(manifests, 'files').metadata.name += 'x';
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('the ConfigMap sandbox-system/sandbox-node-installer-files, which the bundle mounts, is not there')]);
});

test('reports a ConfigMap in another namespace', () => {
  const manifests = quickstart();
  configMap(manifests, 'plan').metadata.namespace = 'default';
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('sandbox-node-installer-plan')]);
});

test('reports two ConfigMaps of one name', () => {
  const manifests = quickstart();
  expect(messagesOf(RULE, [...manifests, configMap(manifests, 'agent')])).toEqual([expect.stringContaining('there are 2 of ConfigMap sandbox-system/sandbox-node-installer-agent')]);
});

test('reports a key that is not there', () => {
  const manifests = quickstart();
  delete configMap(manifests, 'files').data['runsc.runsc.toml'];
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('has no key "runsc.runsc.toml", which the bundle mounts; it has runsc.containerd-v2.toml, runsc.containerd-v3.toml')]);
});

test('reports a container that does not mount the bundle where the agent looks', () => {
  const manifests = quickstart();
  container(manifests, 'claim').volumeMounts[0].mountPath = '/bundle';
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('the container claim does not mount the bundle at /sandbox-runtimes')]);
});

test('reports a mount of a volume that is not there', () => {
  const manifests = quickstart();
  container(manifests, 'admit').volumeMounts[1].name = 'chared';
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('the container admit mounts a volume "chared" at /run/sandbox-runtimes; the Pod\'s volumes are bundle, shared')]);
});

test('reports a bundle without the agent', () => {
  const manifests = quickstart();
  installerPod(manifests).volumes[0].projected.sources.splice(1, 1);
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('has no agent.js')]);
});

test('asks for the ConfigMaps of a cluster of which only other kinds were read', () => {
  const manifests = quickstart();
  manifests.find(({ kind }) => kind === 'DaemonSet').metadata.uid = '6c7d';
  const [message, ...others] = messagesOf(RULE, manifests.filter(({ kind }) => kind !== 'ConfigMap'));
  expect(message).toMatch(/no ConfigMap at all was read from the cluster, .* give what "kubectl get .*,configmaps -A -o json" prints/);
  expect(others).toEqual([]);
  expect(messagesOf(RULE, manifests.filter(({ metadata }) => !metadata.name.endsWith('-plan')))).toEqual([expect.stringContaining('-plan, which the bundle mounts, is not there')]);
});

test('tells who checks the manifests of two clusters at once that only those of one belong together', () => {
  const manifests = quickstart();
  const plan = manifests.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.endsWith('-plan'));
  expect(messagesOf(RULE, [...manifests, plan])).toEqual([expect.stringMatching(/^there are 2 of ConfigMap .*-plan, and only one can be in a cluster; check only what ends up in one$/)]);
});
