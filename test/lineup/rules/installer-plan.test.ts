import { configMap, editPlan, messagesOf, quickstart } from '../fixture';

const RULE = 'installer-plan';

test('accepts the plan of the installer that mounts it', () => {
  expect(messagesOf(RULE, quickstart())).toEqual([]);
});

test('reports a plan of another installer', () => {
  const manifests = quickstart();
  editPlan(manifests, (plan) => (plan.installer = 'other/installer'));
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('the plan is of the installer "other/installer", and this one is "sandbox-system/sandbox-node-installer"')]);
});

test('reports a gate in another namespace', () => {
  const manifests = quickstart();
  editPlan(manifests, (plan) => (plan.gate.namespace = 'other'));
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('the plan\'s gate is in the namespace "other"')]);
});

test.each([
  ['is not JSON', '{'],
  ['has to be an object', '[]'],
  ['has the format 99, and this version reads only 1', '{"format": 99}'],
  ['runtimes has to be an array, not absent', '{"format": 1, "installer": "a/b", "desiredState": "PRESENT", "platform": {"name": "containerd", "configFile": "", "dropInFile": "", "socket": "", "binaries": [], "restart": {"kind": "systemd"}}}'],
])('reports a plan that %s', (message, text) => {
  const manifests = quickstart();
  configMap(manifests, 'plan').data['plan.json'] = text;
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining(message)]);
});

test('reports a way to restart that the agent does not know', () => {
  const manifests = quickstart();
  editPlan(manifests, (plan) => (plan.platform.restart = { kind: 'openrc', unit: 'containerd' }));
  expect(messagesOf(RULE, manifests)).toEqual(['plan.json.platform.restart.kind has to be systemd or supervised or watched, not "openrc"']);
});

test('says which member of a plan is wrong', () => {
  const manifests = quickstart();
  editPlan(manifests, (plan) => (plan.runtimes[0].artifact.archives.amd64.url = 7));
  expect(messagesOf(RULE, manifests)).toEqual(['plan.json.runtimes[0].artifact.archives.amd64.url has to be a string, not 7']);
});

test.each<[string, object, string]>([
  ['a source that the agent does not know', { kind: 'registry' }, 'artifact.kind has to be image, node or absent (downloaded), not "registry"'],
  ['the word for an absent one', { kind: 'download' }, 'artifact.kind has to be image, node or absent (downloaded), not "download"'],
  ['an image without archives', { kind: 'image', image: 'x', imageFolder: '/x', copies: '/x', archives: undefined }, 'artifact.archives has to be an object, not absent'],
  ['a folder on the node without files', { kind: 'node' }, 'artifact.files has to be an object, not absent'],
])('reports a release from %s', (_what, change, message) => {
  const manifests = quickstart();
  editPlan(manifests, (plan) => Object.assign(plan.runtimes[0].artifact, change));
  expect(messagesOf(RULE, manifests)).toEqual([`plan.json.runtimes[0].${message}`]);
});
