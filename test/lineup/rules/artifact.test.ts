import { Chart } from 'cdk8s';
import { KataRelease, KataRuntime } from '../../../src';
import { editPlan, messagesOf, quickstart, synthesized } from '../fixture';

const RULE = 'artifact';

function planned(edit: (artifact: any, runtime: any) => void) {
  const manifests = quickstart();
  editPlan(manifests, (plan) => edit(plan.runtimes[0].artifact, plan.runtimes[0]));
  return manifests;
}

test('accepts archives of the release that are unpacked to its folder', () => {
  expect(messagesOf(RULE, quickstart())).toEqual([]);
});

test('accepts archives of a mirror', () => {
  expect(messagesOf(RULE, planned(({ archives }) => {
    for (const archive of Object.values<any>(archives)) {
      archive.url = archive.url.replace('https://storage.googleapis.com/gvisor/releases', 'https://mirror.example/gvisor');
    }
  }))).toEqual([]);
});

test('reports a folder that is not the release\'s own', () => {
  expect(messagesOf(RULE, planned((artifact) => (artifact.directory = '/opt/sandbox-runtimes/gvisor')))).toEqual([
    'the release of "runsc" is unpacked to "/opt/sandbox-runtimes/gvisor"; the folder of gvisor 20261005.0 is "/opt/sandbox-runtimes/gvisor/20261005.0"',
  ]);
});

test('reports a proof by a program that the release does not bring', () => {
  expect(messagesOf(RULE, planned((artifact) => (artifact.version.command = ['runsd', '--version'])))).toEqual([expect.stringContaining('is "runsd", which is not among')]);
});

test('reports a proof that any release would pass', () => {
  expect(messagesOf(RULE, planned((artifact) => (artifact.version.output = 'runsc version')))).toEqual([expect.stringContaining('does not name the release 20261005.0')]);
});

test('reports an archive of another release', () => {
  const manifests = planned(({ archives }) => {
    for (const archive of Object.values<any>(archives)) {
      archive.url = archive.url.replace('20261005.0', '20260928.0');
    }
  });
  expect(messagesOf(RULE, manifests)).toHaveLength(2);
});

test('reports archives from different places', () => {
  expect(messagesOf(RULE, planned(({ archives }) => (archives.arm64.url = archives.arm64.url.replace('storage', 'store'))))).toEqual([
    expect.stringContaining('lie in different places'),
  ]);
});

test('reports two handlers that unpack different archives to one folder', () => {
  const [release, other] = ['ab', 'cd'].map((byte) => KataRelease.of('4.3.0', { runtimeRs: { amd64Sha256: byte.repeat(32) } }));
  const both = (first: KataRelease, second: KataRelease) => synthesized((app) => {
    const chart = new Chart(app, 'sandbox', { namespace: 'sandbox-system' });
    new KataRuntime(chart, 'a', { release: first });
    new KataRuntime(chart, 'b', { release: second, suffix: 'b' });
  });
  expect(messagesOf(RULE, both(release, release))).toEqual([]);
  expect(() => both(release, other)).toThrow('"kata-qemu-runtime-rs" and "kata-qemu-runtime-rs-b" unpack different archives to "/opt/sandbox-runtimes/kata-qemu-runtime-rs/4.3.0"');
});
