import { editFile, editPlan, messagesOf, quickstart } from '../fixture';

const RULE = 'shim';
const DIRECTORY = '/opt/sandbox-runtimes/gvisor/20261005.0';

test('accepts tables that start the shim of the release', () => {
  expect(messagesOf(RULE, quickstart())).toEqual([]);
});

test.each(['v2', 'v3'])('reports another runtime_path in the %s table', (version) => {
  const manifests = quickstart();
  editFile(manifests, `runsc.containerd-${version}.toml`, `${DIRECTORY}/containerd-shim-runsc-v1`, '/usr/local/bin/containerd-shim-runsc-v1');
  expect(messagesOf(RULE, manifests)).toEqual([
    expect.stringContaining(`has runtime_path "/usr/local/bin/containerd-shim-runsc-v1", but the shim of "runsc" is "${DIRECTORY}/containerd-shim-runsc-v1"`),
  ]);
});

test('reports a table without a shim', () => {
  const manifests = quickstart();
  editFile(manifests, 'runsc.containerd-v2.toml', 'runtime_path', 'runtime_paths');
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('has runtime_path undefined')]);
});

test.each([
  ['outside of the release', '/usr/bin/containerd-shim-runsc-v1'],
  ['not among its files', `${DIRECTORY}/containerd-shim-runsc-v2`],
])('reports a planned shim that is %s', (_what, shim) => {
  const manifests = quickstart();
  editPlan(manifests, (plan) => (plan.runtimes[0].shim = shim));
  expect(messagesOf(RULE, manifests)).toContainEqual(expect.stringContaining(`the shim "${shim}" of "runsc" is not among the files that the release brings: containerd-shim-runsc-v1, `));
});
