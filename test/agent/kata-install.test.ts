import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { hostTree, untouched } from './host-tree';
import { ArchiveServer, bundleOf, Installation, Wish } from './installation';
import { scratchFolders } from './scratch-folder';
import { Host } from '../../agent/host/host';
import { DownloadedArtifactPlan, RuntimePlan } from '../../src/installer/install-plan';

const scratch = scratchFolders();
const server = new ArchiveServer();
const MAIN = 'version = 3\n[plugins."io.containerd.cri.v1.runtime".containerd]\n  default_runtime_name = "runc"\n';
const SHARE = 'share/defaults/kata-containers/runtime-rs';

const QEMU: Wish = { handler: 'kata-qemu', kata: 'qemu' };
const CLH: Wish = { handler: 'kata-clh', kata: 'clh' };

beforeAll(() => server.start());
afterAll(() => server.stop());
beforeEach(() => void jest.spyOn(console, 'log').mockReturnValue());

function installation(): Installation {
  const made = new Installation(scratch());
  made.put('/etc/containerd/config.toml', MAIN);
  return made;
}

const bundle = (...runtimes: Wish[]) => bundleOf(server, { runtimes });
const plansOf = (from: { [name: string]: string }): RuntimePlan[] => JSON.parse(from['plan.json']).runtimes;
const below = (node: Installation, folder: string) => Object.keys(hostTree(node.root)).filter((path) => path.startsWith(`${folder}/`));

test('gVisor and two handlers of Kata are one transaction with one restart, from two downloads', async () => {
  const node = installation();
  const requests = server.requests.length;
  const { code, verdict } = await node.run(bundle({}, CLH, QEMU));
  expect({ code, handlers: verdict?.handlers.map(({ handler, verdict: found }) => `${handler} ${found}`) })
    .toEqual({ code: 0, handlers: ['runsc ready', 'kata-clh ready', 'kata-qemu ready'] });
  expect(node.daemons).toMatchObject({ served: ['kata-clh', 'kata-qemu', 'runsc'], containerdRestarts: 1 });
  expect(server.requests.slice(requests).sort()).toEqual(['/20261005.0.tar.zst', '/kata-4.2.0.tar.zst']);
  expect(new Host(node.root).list('/opt/sandbox-runtimes')).toEqual(['config', 'gvisor', 'kata-clh', 'kata-qemu']);
});

test('each handler gets the part of the release that it needs, and a configuration folder of its own', async () => {
  const node = installation();
  const files = bundle(CLH, QEMU);
  await node.run(files);
  for (const { artifact, baseConfig, config, programs } of plansOf(files)) {
    const name = artifact.directory.split('/')[3].slice('kata-'.length);
    expect(below(node, artifact.directory).filter((path) => lstatSync(join(node.root, path)).isFile())).toEqual(
      ['.sandbox-runtimes.json', `bin/${name}`, 'runtime-rs/bin/containerd-shim-kata-v2', `${SHARE}/configuration-${name}.toml`, 'share/vmlinux-6.18']
        .map((path) => `${artifact.directory}/${path}`));
    expect(node.read(baseConfig!.path)).toBe(`[hypervisor.${name}]\npath = "${artifact.directory}/bin/${name}"\nkernel = "${artifact.directory}/share/vmlinux.container"\n`);
    expect(node.read(join(artifact.directory, baseConfig!.source))).toContain('/opt/kata/bin');
    expect(node.read(config.path)).toContain(`path = "${programs![0].path}"`);
    expect([programs![0], config].map(({ path }) => lstatSync(join(node.root, path)).mode % 0o1000)).toEqual([0o755, 0o644]);
  }
});

test('writes, downloads and restarts nothing when there is nothing to do', async () => {
  const node = installation();
  await node.run(bundle({}, QEMU));
  const [before, requests] = [untouched(node.root), server.requests.length];
  expect((await node.run(bundle({}, QEMU))).code).toBe(0);
  expect([untouched(node.root), server.requests.length, node.daemons.containerdRestarts]).toEqual([before, requests, 1]);
});

test('repairs a configuration that somebody has changed, the copied one too', async () => {
  const node = installation();
  const files = bundle(QEMU);
  await node.run(files);
  const before = hostTree(node.root);
  const [{ baseConfig, programs }] = plansOf(files);
  node.put(baseConfig!.path, 'changed');
  node.put(programs![0].path, 'changed');
  await node.run(files);
  expect(hostTree(node.root)).toMatchObject({ [baseConfig!.path]: before[baseConfig!.path], [programs![0].path]: before[programs![0].path] });
});

test('one handler less leaves the files and the table of the others as they are', async () => {
  const node = installation();
  await node.run(bundle({}, CLH, QEMU));
  const folders = ['/opt/sandbox-runtimes/kata-clh', '/opt/sandbox-runtimes/gvisor', '/opt/sandbox-runtimes/config/kata-clh', '/opt/sandbox-runtimes/config/runsc'];
  const before = folders.map((folder) => untouched(node.root, folder));
  await node.run(bundle({}, CLH));
  expect(folders.map((folder) => untouched(node.root, folder))).toEqual(before);
  expect([...below(node, '/opt/sandbox-runtimes/kata-qemu'), ...below(node, '/opt/sandbox-runtimes/config/kata-qemu')]).toEqual([]);
  expect(node.daemons.served).toEqual(['kata-clh', 'runsc']);
  expect(node.read('/var/lib/sandbox-runtimes/record.json')).not.toContain('kata-qemu');
});

test('a release that Pods run from stays with its configuration until they have ended', async () => {
  const node = installation();
  const old = bundle(QEMU);
  await node.run(old);
  const [{ shim, baseConfig, config, programs }] = plansOf(old);
  const used = [shim, baseConfig!.path, config.path, programs![0].path];
  node.runPod('pod', shim);
  await node.run(bundle({ ...QEMU, release: '4.3.0', options: 'default_vcpus = 2' }));
  expect(Object.keys(hostTree(node.root))).toEqual(expect.arrayContaining(used));
  node.endPods();
  await node.run(bundle({ ...QEMU, release: '4.3.0', options: 'default_vcpus = 2' }));
  expect(below(node, '/opt/sandbox-runtimes').filter((path) => path.includes('4.2.0'))).toEqual([]);
});

test('a handler less loses its files although Pods of another shim of the same Kata release run', async () => {
  const node = installation();
  const files = bundle(CLH, QEMU);
  await node.run(files);
  const [clh, qemu] = plansOf(files);
  node.runPod('clh', clh.shim);
  node.runPod('qemu', qemu.shim);
  await node.run(bundle({}));
  for (const folder of ['kata-qemu', 'config/kata-qemu', 'kata-clh', 'config/kata-clh']) expect(below(node, `/opt/sandbox-runtimes/${folder}`)).not.toEqual([]);
  node.endPods();
  node.runPod('clh', clh.shim);
  await node.run(bundle({}));
  expect(Object.keys(hostTree(node.root))).toEqual(expect.arrayContaining([clh.shim, clh.baseConfig!.path, clh.config.path, clh.programs![0].path]));
  expect(below(node, '/opt/sandbox-runtimes').filter((path) => path.includes('kata-qemu'))).toEqual([]);
});

test('a configuration that names no release stays as long as Pods of its version run', async () => {
  const node = installation();
  const files = bundle(QEMU);
  await node.run(files);
  const orphan = '/opt/sandbox-runtimes/config/kata-remote/4.2.0-12345678/configuration-remote.toml';
  node.put(orphan, '[hypervisor.remote]\n');
  node.runPod('qemu', plansOf(files)[0].shim);
  await node.run(files);
  expect(Object.keys(hostTree(node.root))).toContain(orphan);
  node.endPods();
  await node.run(files);
  expect(Object.keys(hostTree(node.root))).not.toContain(orphan);
});

test('takes everything back to the very same bytes', async () => {
  const node = installation();
  const before = hostTree(node.root);
  await node.run(bundle({}, CLH, QEMU));
  await node.run(bundleOf(server, { runtimes: [{}, CLH, QEMU], desiredState: 'ABSENT' }));
  const { '/var/lib/sandbox-runtimes/record.json': _, ...after } = hostTree(node.root);
  expect(after).toEqual(before);
});

describe('a handler of Kata that this node cannot have', () => {
  const requires = { kernel: '4.15', containerd: { minimum: '1.7.0', broken: [] }, devices: [], sysctls: [], noSelinux: false };

  test.each([
    ['/dev/kvm', { devices: ['/dev/kvm'] }, 'the kernel of this node offers no /dev/kvm: its processor shows no virtualization (neither vmx nor svm); '
      + 'turn on nested virtualization where the node is a virtual machine, turn it on in the firmware where it is not, or use nodes that have it'],
    ['memory', { memoryBytes: 2048 * 1024 * 1024 },
      'this node has 1024 MiB of memory, and a sandbox of kata-qemu that does not say its size takes 2048 MiB: use larger nodes, or give the runtime a smaller default size'],
    ['a snapshotter', { snapshotter: 'devmapper' },
      'containerd of this node has no working snapshotter "devmapper", only overlayfs: set it up and restart containerd, or use nodes that have it'],
  ])('for want of %s fails, and gVisor is installed', async (_, change, reason) => {
    const node = installation();
    node.put('/proc/cpuinfo', 'processor\t: 0\nflags\t\t: fpu sse2\n');
    node.put('/proc/meminfo', 'MemTotal:        1048576 kB\n');
    const { code, verdict } = await node.run(bundle({}, { ...QEMU, change: { requires: { ...requires, ...change } } }));
    expect({ code, handlers: verdict?.handlers }).toEqual({
      code: 0, handlers: [{ handler: 'kata-qemu', verdict: 'failed', step: 'preflight', reason }, { handler: 'runsc', verdict: 'ready' }],
    });
    expect(below(node, '/opt/sandbox-runtimes').filter((path) => path.includes('kata'))).toEqual([]);
  });

  test('because its disk is too small is tried again, and at last fails alone', async () => {
    const node = installation();
    const host = new Host(node.root);
    host.freeBytes = () => 1024 * 1024 * 1024;
    const files = bundle({}, { ...QEMU, change: { requires: { ...requires, freeBytes: 2_500_000_000 } } });
    for (let attempt = 1; attempt < 5; attempt++) expect((await node.run(files, { host })).code).toBe(1);
    const { code, verdict } = await node.run(files, { host });
    expect({ code, handlers: verdict?.handlers }).toEqual({
      code: 0,
      handlers: [
        {
          handler: 'kata-qemu',
          verdict: 'failed',
          step: 'preflight',
          reason: 'kata-qemu 4.2.0 needs 2384 MiB to be downloaded and unpacked, and 1024 MiB are free on the disk of /opt/sandbox-runtimes: free some space',
        },
        { handler: 'runsc', verdict: 'ready' },
      ],
    });
  });

  test('does not ask for the room again once its release is there', async () => {
    const node = installation();
    const files = bundle({ ...QEMU, change: { requires: { ...requires, freeBytes: 2_500_000_000 } } });
    await node.run(files, { host: Object.assign(new Host(node.root), { freeBytes: () => 3e9 }) });
    expect(await node.run(files, { host: Object.assign(new Host(node.root), { freeBytes: () => 1e9 }) })).toMatchObject({ code: 0, verdict: { handlers: [{ verdict: 'ready' }] } });
  });

  test('because its release lacks a file fails, and another one of the same archive is installed', async () => {
    const node = installation();
    const files = bundle(CLH, QEMU);
    const [, qemu] = plansOf(files);
    const artifact = qemu.artifact as DownloadedArtifactPlan;
    const archive = { ...artifact.archives.amd64, include: [...artifact.archives.amd64.include!, 'share/firmware/'] };
    const { verdict } = await node.run(bundle(CLH, { ...QEMU, change: { artifact: { ...artifact, archives: { amd64: archive } } } }));
    expect(verdict?.handlers).toEqual([
      { handler: 'kata-qemu', verdict: 'failed', step: 'stage', reason: expect.stringMatching(/: the archive lacks share\/firmware\/: it is not the release that the plan describes/) },
      { handler: 'kata-clh', verdict: 'ready' },
    ]);
    expect(new Host(node.root).list('/opt/sandbox-runtimes')).toEqual(['config', 'kata-clh']);
  });
});
