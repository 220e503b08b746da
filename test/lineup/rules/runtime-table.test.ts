import { configMap, editFile, editPlan, messagesOf, quickstart } from '../fixture';

const RULE = 'runtime-table';
const V2 = 'runsc.containerd-v2.toml';
const V3 = 'runsc.containerd-v3.toml';

function edited(key: string, from: string, to: string) {
  const manifests = quickstart();
  editFile(manifests, key, from, to);
  return manifests;
}

test('accepts two tables of the handler that say the same', () => {
  expect(messagesOf(RULE, quickstart())).toEqual([]);
});

test.each([V2, V3])('reports another handler in %s', (key) => {
  expect(messagesOf(RULE, edited(key, 'runtimes.runsc', 'runtimes.runsd'))).toEqual([
    expect.stringMatching(`${key} is of the handler "runsd", but the plan installs "runsc"; write .*containerd.runtimes.runsc]$`),
  ]);
});

test.each([[V2, 'io.containerd.grpc.v1.cri'], [V3, 'io.containerd.cri.v1.runtime']])('reports a table of %s below another plugin than %s', (key, plugin) => {
  expect(messagesOf(RULE, edited(key, plugin, 'io.containerd.other'))).toEqual([
    expect.stringContaining(`${key} has "io.containerd.other" in [plugins]; write only "${plugin}" there`),
  ]);
});

test('reports another runtime_type, and that the tables differ in it', () => {
  expect(messagesOf(RULE, edited(V3, 'runtime_type = "io.containerd.runsc.v1"', 'runtime_type = "io.containerd.runc.v2"'))).toEqual([
    expect.stringContaining('has runtime_type "io.containerd.runc.v2", but the plan has "io.containerd.runsc.v1"'),
    expect.stringContaining('differ in runtime_type'),
  ]);
});

test('reports options in only one of the tables', () => {
  expect(messagesOf(RULE, edited(V2, 'privileged_without_host_devices = true\n', ''))).toEqual([
    expect.stringContaining(`the tables ${V2} and ${V3} differ in privileged_without_host_devices`),
  ]);
});

test('reports a second handler, which nobody planned', () => {
  const manifests = quickstart();
  configMap(manifests, 'files').data[V3] += '\n[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]\nruntime_type = "x"\n';
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining(`${V3} has 2 handlers in [plugins."io.containerd.cri.v1.runtime".containerd.runtimes]`)]);
});

test('reports a version line, which some containerd releases drop the file for', () => {
  const manifests = quickstart();
  configMap(manifests, 'files').data[V3] = `version = 3\n${configMap(manifests, 'files').data[V3]}`;
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining(`${V3} has "version", "plugins" at the top; write only "plugins" there`)]);
});

test.each([['is not TOML: incomplete key-value: cannot find end of key (line 1)', '[plugins'], ['has nothing at the top', ''], ['has no handler', '[plugins."io.containerd.cri.v1.runtime".containerd.runtimes]\n']])('reports a file that %s', (message, text) => {
  const manifests = quickstart();
  configMap(manifests, 'files').data[V3] = text;
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining(`${V3} ${message}`)]);
});

test('reports a handler of the plan that the tables do not have', () => {
  const manifests = quickstart();
  editPlan(manifests, (plan) => (plan.runtimes[0].handler = 'runsd'));
  expect(messagesOf(RULE, manifests)).toHaveLength(2);
});
