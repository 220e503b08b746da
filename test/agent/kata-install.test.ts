import { chmodSync, lstatSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { FakeNode } from './fake-node';
import { hostTree, untouched } from './host-tree';
import { ArchiveServer, bundleOf, Installation, PLATFORM, Wish } from './installation';
import { kataComponents } from './kata-plan';
import { scratchFolders } from './scratch-folder';
import { findDrift } from '../../agent/drift';
import { FileHashes } from '../../agent/host/file-hashes';
import { Host } from '../../agent/host/host';
import { readRecord } from '../../agent/record';
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
          reason: expect.stringMatching(/^kata-qemu 4\.2\.0 needs 2384 MiB to be downloaded and unpacked, and 1024 MiB are free on the disk of \/opt\/sandbox-runtimes: free some space/),
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

describe('two releases of one shim side by side', () => {
  const OLD: Wish = { handler: 'kata-qemu', kata: 'qemu' };
  const NEXT: Wish = { handler: 'kata-qemu-next', kata: 'qemu', release: '4.3.0' };
  const folders = (handler: string, release: string) => [`/opt/sandbox-runtimes/kata-qemu/${release}`, `/opt/sandbox-runtimes/config/${handler}`];

  test('are two folders and two handlers of one transaction, each with its own files', async () => {
    const node = installation();
    const files = bundle(OLD, NEXT);
    const { verdict } = await node.run(files);
    expect(verdict?.handlers.map(({ handler, verdict: found }) => `${handler} ${found}`)).toEqual(['kata-qemu ready', 'kata-qemu-next ready']);
    expect(node.daemons).toMatchObject({ served: ['kata-qemu', 'kata-qemu-next'], containerdRestarts: 1 });
    expect(new Host(node.root).list('/opt/sandbox-runtimes/kata-qemu')).toEqual(['4.2.0', '4.3.0']);
    for (const { baseConfig, artifact } of plansOf(files)) expect(node.read(baseConfig!.path)).toContain(`path = "${artifact.directory}/bin/qemu"`);
  });

  test.each([
    ['the old one', NEXT, ['kata-qemu-next', '4.3.0'], ['kata-qemu', '4.2.0']],
    ['the new one', OLD, ['kata-qemu', '4.2.0'], ['kata-qemu-next', '4.3.0']],
  ] as const)('lose nothing of the other when %s is left out', async (_, kept, [keptHandler, keptRelease], [gone, goneRelease]) => {
    const node = installation();
    await node.run(bundle(OLD, NEXT));
    const before = folders(keptHandler, keptRelease).map((folder) => untouched(node.root, folder));
    await node.run(bundle(kept));
    expect(folders(keptHandler, keptRelease).map((folder) => untouched(node.root, folder))).toEqual(before);
    expect(folders(gone, goneRelease).flatMap((folder) => below(node, folder))).toEqual([]);
    expect(node.daemons.served).toEqual([keptHandler]);
  });

  test('keep the files of the one that Pods still run on', async () => {
    const node = installation();
    const files = bundle(OLD, NEXT);
    await node.run(files);
    const [old] = plansOf(files);
    node.runPod('pod', old.shim);
    await node.run(bundle(NEXT));
    expect(Object.keys(hostTree(node.root))).toEqual(expect.arrayContaining([old.shim, old.baseConfig!.path, old.config.path]));
    node.endPods();
    await node.run(bundle(NEXT));
    expect(folders('kata-qemu', '4.2.0').flatMap((folder) => below(node, folder))).toEqual([]);
  });
});

/** The plan of a handler as it is for another source of its files, which `put` brings. */
function fromElsewhere(kind: 'image' | 'node', wish: Wish, directory?: string): Wish {
  const [plan] = plansOf(bundle(wish));
  const { archives: { amd64 }, required, version, directory: own } = plan.artifact as DownloadedArtifactPlan;
  const { root, include } = amd64;
  if (kind === 'image') {
    const names = ['kata-static-guest.tar.zst', 'kata-static-shim.tar.zst'];
    return { ...wish, change: { artifact: { kind, directory: own, required, version, image: IMAGE, imageFolder: '/tarballs', copies: '/copies/ab', archives: { amd64: { names, root, include } } } } };
  }
  const folder = directory!;
  return { ...wish, change: { artifact: { kind, directory: folder, required, version, files: { amd64: include! } }, shim: `${folder}/${required[0]}` } };
}

const IMAGE = `registry.example/kata-deploy:4.2.0@sha256:${'ab'.repeat(32)}`;

/** What the container `copy` would have brought: the components of the release, an archive each. */
function putCopies(node: Installation, version = '4.2.0'): void {
  const [shim, guest] = kataComponents(version);
  node.put('/copies/ab/kata-static-shim.tar.zst', shim);
  node.put('/copies/ab/kata-static-guest.tar.zst', guest);
}

describe('a release in an image', () => {
  test('is unpacked to one folder from the archives that were copied, without a download', async () => {
    const node = installation();
    putCopies(node);
    const wish = fromElsewhere('image', QEMU);
    const requests = server.requests.length;
    const { verdict } = await node.run(bundle({}, wish));
    expect(verdict?.handlers.map(({ handler, verdict: found }) => `${handler} ${found}`)).toEqual(['runsc ready', 'kata-qemu ready']);
    expect(server.requests.slice(requests)).toEqual(['/20261005.0.tar.zst']);
    const fromArchive = installation();
    await fromArchive.run(bundle(QEMU));
    const files = (of: Installation) => below(of, '/opt/sandbox-runtimes/kata-qemu');
    expect(files(node)).toEqual(files(fromArchive));
    expect(JSON.parse(node.read('/opt/sandbox-runtimes/kata-qemu/4.2.0/.sandbox-runtimes.json')).checksum).toBe(`image@sha256:${'ab'.repeat(32)}`);
  });

  test('is left as it is by a second run, and by one without the copies', async () => {
    const node = installation();
    putCopies(node);
    await node.run(bundle(fromElsewhere('image', QEMU)));
    const before = untouched(node.root);
    await node.run(bundle(fromElsewhere('image', QEMU)));
    expect(untouched(node.root)).toEqual(before);
    rmSync(join(node.root, 'copies'), { recursive: true });
    expect((await node.run(bundle(fromElsewhere('image', QEMU)))).verdict?.handlers).toMatchObject([{ verdict: 'ready' }]);
  });

  test('that lacks an archive fails its handlers alone', async () => {
    const node = installation();
    putCopies(node);
    rmSync(join(node.root, 'copies/ab/kata-static-guest.tar.zst'));
    expect((await node.run(bundle({}, fromElsewhere('image', QEMU)))).verdict?.handlers).toEqual([
      {
        handler: 'kata-qemu',
        verdict: 'failed',
        step: 'stage',
        reason: expect.stringContaining(`the image ${IMAGE} brought no kata-static-guest.tar.zst from its folder /tarballs on amd64: it is not the image of the release`),
      },
      { handler: 'runsc', verdict: 'ready' },
    ]);
  });

  test('that is another release than the plan says is refused', async () => {
    const node = installation();
    putCopies(node, '4.1.0');
    const { verdict } = await node.run(bundle(fromElsewhere('image', QEMU)));
    expect(verdict?.handlers).toMatchObject([{ verdict: 'failed', step: 'stage', reason: expect.stringContaining('printed "version: 4.1.0," and not "version: 4.2.0,"') }]);
    expect(below(node, '/opt/sandbox-runtimes/kata-qemu')).toEqual([]);
  });

  test('that holds a file twice is refused', async () => {
    const node = installation();
    putCopies(node);
    node.put('/copies/ab/kata-static-guest.tar.zst', kataComponents('4.2.0')[0]);
    const { verdict } = await node.run(bundle(fromElsewhere('image', QEMU)));
    expect(verdict?.handlers).toMatchObject([{ verdict: 'failed', reason: expect.stringContaining(`${IMAGE}: the archive`) }]);
  });
});

describe('a release that is on the node', () => {
  const ON_NODE = () => fromElsewhere('node', QEMU, '/opt/kata');

  function withRelease(version = '4.2.0'): Installation {
    const node = installation();
    node.put('/opt/kata/runtime-rs/bin/containerd-shim-kata-v2', `#!/bin/sh\necho version: ${version},\n`);
    chmodSync(join(node.root, '/opt/kata/runtime-rs/bin/containerd-shim-kata-v2'), 0o755);
    node.put('/opt/kata/bin/qemu', 'qemu');
    node.put('/opt/kata/share/vmlinux.container', 'kernel');
    node.put('/opt/kata/share/defaults/kata-containers/runtime-rs/configuration-qemu.toml', '[hypervisor.qemu]\npath = "/opt/kata/bin/qemu"\n');
    return node;
  }

  test('is used as it is: nothing of it is brought, changed or taken back', async () => {
    const node = withRelease();
    const before = untouched(node.root, '/opt/kata');
    const requests = server.requests.length;
    const files = bundle({}, ON_NODE());
    const { verdict } = await node.run(files);
    expect(verdict?.handlers.map(({ handler, verdict: found }) => `${handler} ${found}`)).toEqual(['runsc ready', 'kata-qemu ready']);
    expect(server.requests.slice(requests)).toEqual(['/20261005.0.tar.zst']);
    expect(new Host(node.root).list('/opt/sandbox-runtimes')).toEqual(['config', 'gvisor']);
    expect(node.read(plansOf(files)[1].baseConfig!.path)).toBe('[hypervisor.qemu]\npath = "/opt/kata/bin/qemu"\n');
    await node.run(bundle({}));
    await node.run(bundleOf(server, { runtimes: [{}, ON_NODE()], desiredState: 'ABSENT' }));
    expect(untouched(node.root, '/opt/kata')).toEqual(before);
  });

  test.each<[string, (node: Installation) => void, RegExp]>([
    ['is missing', (node) => rmSync(join(node.root, '/opt/kata'), { recursive: true }), /^\/opt\/kata of this node lacks bin\/qemu, runtime-rs\/bin\/containerd-shim-kata-v2, .*: put the release there, have it brought/],
    ['lacks a kernel', (node) => rmSync(join(node.root, '/opt/kata/share/vmlinux.container')), /^\/opt\/kata of this node lacks share\/vmlinux\.container: put/],
    ['cannot be executed', (node) => chmodSync(join(node.root, '/opt/kata/runtime-rs/bin/containerd-shim-kata-v2'), 0o644),
      /^\/opt\/kata of this node lacks runtime-rs\/bin\/containerd-shim-kata-v2, or it is not executable/],
    ['is another one', (node) => node.put('/opt/kata/runtime-rs/bin/containerd-shim-kata-v2', '#!/bin/sh\necho version: 4.1.0,\n'), /printed "version: 4\.1\.0," and not "version: 4\.2\.0,": it is another release/],
  ])('and %s fails its handlers alone, before anything is written', async (_, change, reason) => {
    const node = withRelease();
    change(node);
    const { verdict } = await node.run(bundle({}, ON_NODE()));
    expect(verdict?.handlers).toEqual([{ handler: 'kata-qemu', verdict: 'failed', step: 'preflight', reason: expect.stringMatching(reason) }, { handler: 'runsc', verdict: 'ready' }]);
    expect(below(node, '/opt/sandbox-runtimes').filter((path) => path.includes('kata'))).toEqual([]);
  });

  test('is not ours to watch: only what we have written counts as changed', async () => {
    const node = withRelease();
    const files = bundle(ON_NODE());
    await node.run(files);
    const host = new Host(node.root);
    const drift = async () => [...await findDrift(
      { node: new FakeNode({ daemons: node.daemons, host, platform: PLATFORM }), record: readRecord(host)! }, ['kata-qemu'], new FileHashes(host),
    )];
    node.put('/opt/kata/bin/qemu', 'updated by whoever brought it');
    expect(await drift()).toEqual([]);
    const [{ config }] = plansOf(files);
    node.put(config.path, 'changed');
    expect(await drift()).toEqual([['kata-qemu', expect.stringContaining(`${config.path} was changed`)]]);
  });

  test('keeps the configuration of its Pods until they have ended, also when the release comes from an archive then', async () => {
    const node = withRelease();
    const files = bundle(ON_NODE());
    await node.run(files);
    const [{ shim, baseConfig, config }] = plansOf(files);
    // The program that starts QEMU is the same for both.
    const used = [baseConfig!.path, config.path];
    node.runPod('pod', shim);
    node.runPod('ordinary', '/usr/bin/containerd-shim-runc-v2');
    await node.run(bundle({ ...QEMU, options: 'default_vcpus = 2' }));
    expect(Object.keys(hostTree(node.root))).toEqual(expect.arrayContaining(used));
    node.endPods();
    node.runPod('ordinary', '/usr/bin/containerd-shim-runc-v2');
    await node.run(bundle({ ...QEMU, options: 'default_vcpus = 2' }));
    expect(Object.keys(hostTree(node.root)).filter((path) => used.includes(path))).toEqual([]);
  });
});
