import { Chart } from 'cdk8s';
import { CrictlConfig, GVisorRelease, GVisorRuntime, NodeInstaller, NodePlatform } from '../../../src';
import { configMap, editPlan, messagesOf, quickstart, synthesized } from '../fixture';

const RULE = 'platform';

function installed(platform: NodePlatform) {
  return synthesized((app) => {
    const chart = new Chart(app, 'sandbox', { namespace: 'sandbox-system' });
    new NodeInstaller(chart, 'installer', { platform, crictl: new CrictlConfig() });
    new GVisorRuntime(chart, 'gvisor', { release: GVisorRelease.V20261005_0 });
  });
}

test('accepts the known platform, and one with paths of its own', () => {
  expect(messagesOf(RULE, installed(NodePlatform.CONTAINERD))).toEqual([]);
  expect(messagesOf(RULE, installed(NodePlatform.containerd({ configFile: '/etc/other/config.toml', socket: '/run/other/containerd.sock' })))).toEqual([]);
});

test.each(['configFile', 'dropInFile', 'socket'])('reports another %s under the name of the known platform', (field) => {
  const manifests = quickstart();
  editPlan(manifests, (plan) => (plan.platform[field] += 'x'));
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining(`the plan's ${field} is "/`)]);
});

test('reports a crictl.yaml where crictl does not look, or for another socket', () => {
  const manifests = installed(NodePlatform.CONTAINERD);
  editPlan(manifests, (plan) => (plan.crictl.path = '/etc/crictl.yml'));
  const { data } = configMap(manifests, 'files');
  data['crictl.yaml'] = data['crictl.yaml'].replaceAll('containerd.sock', 'crio.sock');
  expect(messagesOf(RULE, manifests)).toEqual([
    expect.stringContaining('to "/etc/crictl.yml"; crictl looks for it at "/etc/crictl.yaml"'),
    expect.stringContaining('does not name the CRI socket of the plan, "unix:///run/containerd/containerd.sock"'),
  ]);
});
