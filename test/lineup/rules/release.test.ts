import { Chart } from 'cdk8s';
import { GVisorArtifacts, GVisorRelease, GVisorRuntime, NodeInstaller } from '../../../src';
import { editPlan, messagesOf, quickstart, synthesized } from '../fixture';

const RULE = 'release';

function planned(edit: (artifact: any, runtime: any) => void) {
  const manifests = quickstart();
  editPlan(manifests, (plan) => edit(plan.runtimes[0].artifact, plan.runtimes[0]));
  return manifests;
}

test('accepts a known release as it is known', () => {
  expect(messagesOf(RULE, quickstart())).toEqual([]);
});

test('accepts a known release from a mirror', () => {
  expect(messagesOf(RULE, synthesized((app) => {
    const chart = new Chart(app, 'sandbox', { namespace: 'sandbox-system' });
    new NodeInstaller(chart, 'installer', { artifactMirror: 'https://mirror.example/gvisor' });
    new GVisorRuntime(chart, 'gvisor', { release: GVisorRelease.V20260928_0 });
  }))).toEqual([]);
});

test('does not judge a release that the library does not know', () => {
  expect(messagesOf(RULE, planned((artifact, runtime) => {
    runtime.release = '20991231.0';
    artifact.required.push('gvisor-bin/something-new');
  }))).toEqual([]);
});

test('reports a file that the archive does not have', () => {
  expect(messagesOf(RULE, planned((artifact) => artifact.required.push('gvisor-bin/gvisor_centry')))).toEqual([
    expect.stringContaining('the archive of gVisor 20261005.0 has no gvisor-bin/gvisor_centry; it has containerd-shim-runsc-v1, '),
  ]);
});

test('reports an archive under another path', () => {
  expect(messagesOf(RULE, planned(({ archives }) => (archives.amd64.url = archives.amd64.url.replace('x86_64', 'amd64'))))).toEqual([
    expect.stringContaining('or a mirror is "/release/20261005.0/x86_64/gvisor.tar.zstd"'),
  ]);
});

test('reports an architecture that the release does not exist for', () => {
  expect(messagesOf(RULE, planned(({ archives }) => (archives.riscv64 = archives.amd64)))).toEqual([expect.stringContaining('the release exists for amd64 and arm64')]);
});

test('reports another proof than the release\'s', () => {
  expect(messagesOf(RULE, planned((artifact) => (artifact.version.output = 'runsd version release-20261005.0')))).toEqual([expect.stringContaining('for the proof that gVisor 20261005.0 runs')]);
});

describe.each([
  ['an image', GVisorArtifacts.image(`registry.example/gvisor-release@sha256:${'ab'.repeat(32)}`)],
  ['the node', GVisorArtifacts.onNode('/opt/gvisor')],
])('a release from %s', (_where, artifacts) => {
  const manifests = () => synthesized((app) => {
    new GVisorRuntime(new Chart(app, 'sandbox', { namespace: 'sandbox-system' }), 'gvisor', { release: GVisorRelease.V20261005_0, artifacts });
  });

  test('is accepted as it is known', () => {
    expect(messagesOf(RULE, manifests())).toEqual([]);
  });

  test('is reported with a proof that another release would pass', () => {
    const changed = manifests();
    editPlan(changed, ({ runtimes: [{ artifact }] }) => (artifact.version.output = 'runsc version release-2026'));
    expect(messagesOf(RULE, changed)).toEqual([expect.stringContaining('for the proof that gVisor 20261005.0 runs; it is')]);
  });
});
