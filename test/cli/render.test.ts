import { App, Chart } from 'cdk8s';
import { parseAllDocuments } from 'yaml';
import { GVisorRelease, GVisorRuntime, NodeInstaller, NodePlatform, ReadinessGate, type NodeInstallerProps } from '../../src';
import { runCommandLine } from '../../src/cli/command-line';

const TAINT = 'startup-taint.cluster-autoscaler.kubernetes.io/sandbox-runtimes';

function app(props: NodeInstallerProps): { yaml: string; installer: NodeInstaller } {
  const root = new App();
  const chart = new Chart(root, 'sandbox', { namespace: 'sandbox-system' });
  const installer = new NodeInstaller(chart, 'installer', props);
  new GVisorRuntime(chart, 'gvisor', { release: GVisorRelease.V20261005_0 });
  return { yaml: root.synthYaml(), installer };
}

function render(standardInput: string, ...args: string[]) {
  return runCommandLine(['render', ...args], { standardInput: () => standardInput, colors: false });
}

/** The documents that are printed. */
function documents(output: string): any[] {
  return parseAllDocuments(output).map((document) => document.toJS());
}

const POOL = { readiness: ReadinessGate.startupTaint(), nodeSelector: { 'karpenter.sh/nodepool': 'boxes', 'example.com/pool': 'boxes' }, tolerations: [{ key: 'example.com/boxes' }] };

test('a pool of EKS with Karpenter gets user data and a NodePool, and the same texts come from the construct', () => {
  const { yaml, installer } = app({ platform: NodePlatform.EKS_AL2023, ...POOL });
  const { output, status } = render(yaml, '-');
  const [nodeConfig, nodePool, autoscaler] = documents(output);
  expect(status).toBe(0);
  expect(nodeConfig.kind).toBe('NodeConfig');
  expect(nodePool.spec.template).toEqual({
    metadata: { labels: { 'example.com/pool': 'boxes' } },
    spec: { startupTaints: [{ key: TAINT, effect: 'NoSchedule' }], taints: [{ key: 'example.com/boxes', effect: 'NoSchedule' }] },
  });
  expect(autoscaler.autoScalingGroupTags).toEqual({
    'k8s.io/cluster-autoscaler/node-template/label/example.com/pool': 'boxes',
    'k8s.io/cluster-autoscaler/node-template/taint/example.com/boxes': ':NoSchedule',
  });
  expect(autoscaler.kubeletExtraArgs['register-with-taints']).toBe(`${TAINT}=:NoSchedule,example.com/boxes=:NoSchedule`);
  for (const { text } of installer.nodeTexts()) expect(output).toContain(text);
  expect(yaml).not.toContain('NodeConfig');
});

test('Cluster Autoscaler is told of a taint that it does not know by its beginning', () => {
  const { yaml } = app({ readiness: ReadinessGate.startupTaint('example.com/not-yet') });
  expect(documents(render(yaml, '-').output)[1].clusterAutoscalerArgs).toEqual({ 'startup-taint': 'example.com/not-yet' });
});

test('the NodeConfig of EKS makes nodeadm take its template of version 3, which it chooses by such a name', () => {
  const [{ spec }] = documents(render('', '--platform', 'eks').output);
  expect(spec.containerd.config).toContain('io.containerd.cri.v1.runtime');
  expect(spec.containerd.config).toContain('imports = ["/etc/containerd/conf.d/*.toml"]');
});

test('the patch of kind states no version, so that it applies to whichever the image has', () => {
  const [{ containerdConfigPatches: [patch] }] = documents(render('', '--platform', 'kind').output);
  expect(patch).toBe('imports = ["/etc/containerd/conf.d/*.toml"]');
});

test('Talos gets its extensions, a sysctl and a customization of its CRI', () => {
  const [schematic, patch, customization] = documents(render('', '--platform', 'talos').output);
  expect(schematic.customization.systemExtensions.officialExtensions).toContain('siderolabs/gvisor');
  expect(patch.machine.sysctls).toEqual({ 'user.max_user_namespaces': '11255' });
  expect(customization).toMatchObject({ apiVersion: 'v1alpha1', kind: 'CRICustomizationConfig' });
});

test('says so where there is nothing to tell', () => {
  expect(render(app({}).yaml, '-').output).toBe('the nodes of these installers need to be told nothing outside of the cluster\n');
});

test.each([
  [['--platform', 'nowhere'], /there is no platform "nowhere" that has texts; those that have are eks, kind, talos|talos/],
  [['--platform', 'gke'], /no installer for them: GKE manages the containerd of its nodes/],
  [[], /render needs what was synthesized \(render dist\/\) or a platform/],
])('refuses %j', (args, says) => {
  expect(render('', ...args)).toMatchObject({ status: 2, complaint: expect.stringMatching(says) });
});
