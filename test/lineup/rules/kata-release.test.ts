import { KataRelease, KataShim } from '../../../src';
import { editPlan, messagesOf, quickstart, type Manifests } from '../fixture';
import { FORK, kata } from '../kata-fixture';

const RULE = 'kata-release';

/** The messages after a change of the only runtime in the plan. */
function after(manifests: Manifests, edit: (runtime: any) => void): string[] {
  editPlan(manifests, ({ runtimes: [runtime] }) => edit(runtime));
  return messagesOf(RULE, manifests);
}

test.each([
  ['the default shim', kata()],
  ['another shim', kata({ shim: KataShim.DRAGONBALL })],
  ['a shim that the library does not know', kata({ shim: FORK })],
  ['a release of one\'s own', kata({ release: KataRelease.of('4.3.0', { runtimeRs: { amd64Sha256: 'ab'.repeat(32) } }) })],
  ['gVisor', quickstart()],
])('accepts %s', (_what, manifests) => {
  expect(messagesOf(RULE, manifests)).toEqual([]);
});

test.each<[string, (runtime: any) => void, string]>([
  ['a runtime that nobody knows', (r) => { r.runtime = 'qata-qemu'; }, 'it has to be gvisor or kata-<shim>'],
  ['a shim that Kata does not have', (r) => { r.runtime = 'kata-qemux'; }, 'Kata has no such shim; it has kata-clh,'],
  ['another program as the shim', (r) => { r.shim = r.shim.replace('runtime-rs/', ''); }, 'qemu-runtime-rs is "/opt/sandbox-runtimes/kata-qemu-runtime-rs/4.2.0/runtime-rs/bin'],
  ['the configuration of another shim', (r) => { r.baseConfig.source = 'share/defaults/kata-containers/configuration-qemu.toml'; }, 'runtime-rs/configuration-qemu-runtime-rs.toml'],
  ['another folder that Kata is built for', (r) => { r.baseConfig.builtFor = '/opt/kat'; }, 'built for "/opt/kata"'],
  ['a drop-in of another name', (r) => { r.config.path += 'l'; }, 'its name is "50-sandbox-runtimes.toml"'],
  ['QEMU without its starter', (r) => { r.programs = []; }, 'are none; qemu-runtime-rs needs one that starts QEMU'],
  ['another device', (r) => { r.requires.devices = ['/dev/kvn']; }, 'needs /dev/kvm, /dev/vhost-net, /dev/vhost-vsock'],
  ['an archive of another name', (r) => { r.artifact.archives.amd64.url += 'x'; }, '"/download/4.2.0/kata-static-4.2.0-amd64.tar.zst"'],
  ['another part of the archive', (r) => { r.artifact.archives.arm64.include.pop(); }, 'what qemu-runtime-rs needs is'],
  ['another folder of the archive', (r) => { r.artifact.archives.amd64.root = 'opt'; }, 'has root "opt"'],
  ['another proof that it runs', (r) => { r.artifact.version.output = 'version: 4.2'; }, '"output":"version: 4.2.0,"'],
])('reports %s', (_what, edit, message) => {
  expect(after(kata(), edit)).toContainEqual(expect.stringContaining(message));
});

test.each<[string, (runtime: any) => void, string]>([
  ['nothing said about it', (r) => { delete r.shimFacts; }, 'Kata has no such shim; it has kata-clh,'],
  ['the configuration of another one', (r) => { r.baseConfig.source = 'share/x.toml'; }, 'that of qemu-fork is "share/defaults/kata-containers/runtime-rs/configuration-qemu-fork.toml"'],
  ['another hypervisor', (r) => { r.shimFacts.hypervisor = 'clh'; }, 'kata.toml has [hypervisor.qemu]; qemu-fork reads [hypervisor.clh]'],
  ['another QEMU', (r) => { r.shimFacts.components[0] = 'qemu-knife'; }, 'qemu-fork needs one that starts QEMU with the firmware in'],
  ['another device', (r) => { r.shimFacts.devices[0] = '/dev/kvn'; }, 'qemu-fork needs /dev/kvn'],
  ['another file', (r) => { r.artifact.archives.amd64.include[0] = 'bin/qemu'; }, 'what qemu-fork needs is'],
])('reports a shim of one\'s own with %s', (_what, edit, message) => {
  expect(after(kata({ shim: FORK }), edit)).toContainEqual(expect.stringContaining(message));
});
