import { configMap, editFile, editPlan, installerPod, messagesOf, quickstart } from '../fixture';

const RULE = 'staged-files';

test('accepts files that are there with the content that was planned', () => {
  expect(messagesOf(RULE, quickstart())).toEqual([]);
});

test('reports a configuration file with other content than planned', () => {
  const manifests = quickstart();
  editFile(manifests, 'runsc.runsc.toml', 'systrap', 'ptrace');
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringMatching(/^the file runsc\.runsc\.toml for \/opt\/.* has the SHA-256 [0-9a-f]{64}, but the plan says [0-9a-f]{64};/)]);
});

test('reports a program outside of the release', () => {
  const manifests = quickstart();
  editFile(manifests, 'runsc.runsc.toml', '/opt/sandbox-runtimes/gvisor/20261005.0/runsc', '/usr/local/bin/runsc');
  expect(messagesOf(RULE, manifests)).toContainEqual(expect.stringContaining('binary_name in runsc.runsc.toml is "/usr/local/bin/runsc", which is not among the files'));
});

test('reports a configuration file that is not TOML', () => {
  const manifests = quickstart();
  configMap(manifests, 'files').data['runsc.runsc.toml'] = 'binary_name = runsc\n';
  expect(messagesOf(RULE, manifests)).toContainEqual(expect.stringContaining('the configuration file runsc.runsc.toml of "runsc" is not TOML: invalid value (line 1)'));
});

test.each([
  ['v2 table', (runtime: any) => (runtime.tables.v2 = 'x.toml')],
  ['v3 table', (runtime: any) => (runtime.tables.v3 = 'x.toml')],
  ['configuration file', (runtime: any) => (runtime.config.key = 'x.toml')],
])('reports a %s that no ConfigMap brings', (_what, edit) => {
  const manifests = quickstart();
  editPlan(manifests, (plan) => edit(plan.runtimes[0]));
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('is the key "x.toml", which the files ConfigMap does not bring; it brings runsc.containerd-v2.toml, ')]);
});

test('reports a file that is mounted under another name', () => {
  const manifests = quickstart();
  const bundle = installerPod(manifests).volumes.find(({ name }: { name: string }) => name === 'bundle');
  const [item] = bundle.projected.sources[2].configMap.items;
  item.path = `other/${item.key}`;
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining(`is the key "${item.key}"`)]);
});
