import { editFile, editPlan, messagesOf, quickstart } from '../fixture';

const RULE = 'config-path';

test('accepts tables that name the file which the installer writes', () => {
  expect(messagesOf(RULE, quickstart())).toEqual([]);
});

test.each(['v2', 'v3'])('reports another ConfigPath in the %s table', (version) => {
  const manifests = quickstart();
  editFile(manifests, `runsc.containerd-${version}.toml`, '/opt/sandbox-runtimes/config/', '/etc/containerd/');
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('has ConfigPath "/etc/containerd/runsc/')]);
});

test('reports a file without release and content in its name', () => {
  const manifests = quickstart();
  editPlan(manifests, (plan) => (plan.runtimes[0].config.path = '/opt/sandbox-runtimes/config/runsc.toml'));
  expect(messagesOf(RULE, manifests)).toContainEqual(expect.stringMatching(
    /^the configuration file of "runsc" is "\/opt\/sandbox-runtimes\/config\/runsc\.toml"; .* it is "\/opt\/sandbox-runtimes\/config\/runsc\/20261005\.0-[0-9a-f]{8}\.toml"$/,
  ));
});
