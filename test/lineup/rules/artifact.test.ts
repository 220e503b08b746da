import { Chart } from 'cdk8s';
import { GVisorArtifacts, GVisorRelease, GVisorRuntime, KataArtifacts, KataRelease, KataRuntime } from '../../../src';
import { editPlan, messagesOf, quickstart, synthesized, type Manifests } from '../fixture';
import { kata } from '../kata-fixture';

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

describe('gVisor from an image', () => {
  const NAME = 'gvisor-20261005.0.tar.zst';
  const manifests = synthesized((app) => {
    const artifacts = GVisorArtifacts.image(`registry.example/gvisor-release@sha256:${'ab'.repeat(32)}`);
    new GVisorRuntime(new Chart(app, 'sandbox', { namespace: 'sandbox-system' }), 'gvisor', { release: GVisorRelease.V20261005_0, artifacts });
  });

  test('is accepted with the checksums of its archives', () => {
    expect(messagesOf(RULE, manifests)).toEqual([]);
  });

  test.each<[string, (archive: any) => void]>([
    ['no checksums', (archive) => delete archive.checksums],
    ['the checksum of another archive', (archive) => (archive.checksums = { 'gvisor.tar.zst': archive.checksums[NAME] })],
  ])('is reported with %s, since nothing would verify the archive', (_what, edit) => {
    const copy = structuredClone(manifests);
    editPlan(copy, ({ runtimes: [{ artifact }] }) => edit(artifact.archives.amd64));
    expect(messagesOf(RULE, copy)).toEqual([`"runsc" takes ${NAME} out of an image on amd64 without a checksum, so that nothing verifies it before it is opened; synthesize the installer again`]);
  });

  test('is no plan with a checksum that is none', () => {
    const copy = structuredClone(manifests);
    editPlan(copy, ({ runtimes: [{ artifact }] }) => (artifact.archives.amd64.checksums[NAME] = 'sha512'));
    expect(JSON.stringify(messagesOf('installer-plan', copy))).toContain(`checksums.${NAME} has to be an object`);
  });
});

describe('Kata from somewhere else', () => {
  const IMAGE = kata({ artifacts: KataArtifacts.image() });
  const ON_NODE = kata({ artifacts: KataArtifacts.onNode() });
  const after = (manifests: Manifests, edit: (runtime: any, plan: any) => void): string[] => {
    const copy = structuredClone(manifests);
    editPlan(copy, (plan) => edit(plan.runtimes[0], plan));
    return messagesOf(RULE, copy);
  };

  test.each([['an image', IMAGE], ['the node', ON_NODE]])('accepts a release from %s', (_what, manifests) => {
    expect(messagesOf(RULE, manifests)).toEqual([]);
  });

  test.each<[string, Manifests, (runtime: any, plan: any) => void, string]>([
    ['an image without digest', IMAGE, (r) => { r.artifact.image = 'quay.io/kata-containers/kata-deploy:4.2.0'; }, 'which is not pinned by digest'],
    ['copies in another folder', IMAGE, (r) => { r.artifact.copies = '/copies/other'; }, 'are looked for in "/copies/other"; those of the image'],
    ['another folder for what is unpacked', IMAGE, (r) => { r.artifact.directory = '/opt/kata'; }, 'is unpacked to "/opt/kata"'],
    ['a shim that is not unpacked', IMAGE, (r) => { r.artifact.archives.amd64.include.shift(); r.artifact.required.push('bin/x'); }, 'uses bin/x, which is not among what it takes of the archive on amd64'],
    ['a configuration that is not looked for', ON_NODE, (r) => { r.baseConfig.source = 'share/x.toml'; }, 'uses share/x.toml, which is not among what it looks for on amd64'],
    ['a folder that is the installer\'s own', ON_NODE, (r) => { r.artifact.directory = '/opt/sandbox-runtimes/kata'; }, 'what is in /opt/sandbox-runtimes the installer itself removes'],
    ['two releases in one folder of the node', ON_NODE, (r, plan) => { plan.runtimes.push({ ...structuredClone(r), handler: 'kata-next', release: '4.3.0' }); },
      'takes "/opt/kata" of the node for release 4.2.0 and "kata-next" for 4.3.0; a folder holds one release'],
  ])('reports %s', (_what, manifests, edit, message) => {
    expect(after(manifests, edit)).toContainEqual(expect.stringContaining(message));
  });

  test('lets shims of one release share the folder on the node', () => {
    expect(after(ON_NODE, (r, plan) => { plan.runtimes.push({ ...structuredClone(r), handler: 'kata-next' }); })).toEqual([]);
  });
});
