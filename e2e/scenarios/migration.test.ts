import { chmodSync, copyFileSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { ExistingHandlers, GVisorRuntime, type NodeInstallerProps } from '../../src';
import { ArtifactMirror } from '../node/artifact-mirror';
import { GVisorArchive, gvisorArchive } from '../node/gvisor-archive';
import { busyboxImage, nodeImage, pauseImage } from '../node/images';
import { Manifest, runInstall } from '../node/installer-run';
import { configDump, criTable, nodeConfig, runtimesOf } from '../node/node-config';
import { addGVisor, gvisorReleaseOf, synthesize, takingBack } from '../node/synthesized-installer';
import { TestNode } from '../node/test-node';
import { TestPod } from '../node/test-pod';
import { treeSnapshot } from '../node/tree-snapshot';
import { gvisor as gvisorPrograms, GVISOR_NEXT_RELEASE, GVISOR_RELEASE } from '../toolchain';

const CONFIG = '/etc/containerd/config.toml';
const FOLDERS = ['/etc/containerd', '/opt/sandbox-runtimes'];
const KATA_FOLDER = '/opt/kata/containerd/config.d';

let mirror: ArtifactMirror;
let archive: GVisorArchive;

beforeAll(async () => {
  mirror = await ArtifactMirror.start();
  archive = await gvisorArchive(GVISOR_NEXT_RELEASE);
  mirror.serve(archive);
});

afterAll(() => mirror.stop());

function installer(props: NodeInstallerProps = {}, names: { handler?: string; runtimeClassName?: string } = {}): Manifest[] {
  return synthesize(mirror, chart => addGVisor(chart, archive, names), undefined, props);
}

const install = (node: TestNode, manifests: readonly Manifest[]) => runInstall(node, manifests, nodeImage().reference);

async function runs(pod: TestPod): Promise<void> {
  const container = await pod.start({ name: 'main', image: busyboxImage().reference, command: ['dmesg'] });
  expect(await container.exit()).toMatchObject({ exitCode: 0 });
  expect(container.log()).toContain('gVisor');
}

/** The table as Gardener's extension appends it, and scripts by gVisor's guide. */
const appended = (cri: string) => `[${cri}.containerd.runtimes.runsc]
runtime_type = "io.containerd.runsc.v1"
[${cri}.containerd.runtimes.runsc.options]
TypeUrl = "io.containerd.runsc.v1.options"
ConfigPath = "/etc/containerd/runsc.toml"
`;

describe.each(['2.2', '2.3'] as const)('a node with the gVisor of a script on containerd %s', version => {
  const files: { [path: string]: string } = { ...nodeConfig(version), '/etc/containerd/runsc.toml': '[runsc_config]\n' };
  files[CONFIG] += appended(criTable(version));
  let node: TestNode;
  let old: TestPod;

  beforeAll(async () => {
    node = await TestNode.start({ containerd: version, files });
    for (const program of Object.values(await gvisorPrograms(GVISOR_RELEASE))) {
      const path = node.path(`/usr/local/bin/${basename(program)}`);
      copyFileSync(program, path);
      chmodSync(path, 0o755);
    }
    node.importImages([pauseImage(), busyboxImage(), nodeImage()]);
    old = await TestPod.run(node, { name: 'old', handler: 'runsc' });
    await runs(old);
  });

  afterAll(() => node?.stop());

  test('is left alone, with the reason', async () => {
    const before = treeSnapshot(node, '/etc/containerd');
    const run = await install(node, installer());
    expect(run.handler('runsc')).toMatchObject({
      verdict: 'failed', step: 'preflight', reason: expect.stringMatching(/^\/etc\/containerd\/config.toml already has a handler "runsc" .* which a script or Gardener's extension installed: give/),
    });
    expect(treeSnapshot(node, '/etc/containerd')).toEqual(before);
  });

  test('is adopted where it is told to: containerd has our shim with our settings, and the other file is as it was but for the import', async () => {
    const manifests = installer({ existingHandlers: ExistingHandlers.ADOPT });
    (await install(node, manifests)).requireReady('runsc');
    const { runtime_path: shim, options } = runtimesOf(configDump(node)).runsc;
    expect(shim).toBe(`/opt/sandbox-runtimes/gvisor/${GVISOR_NEXT_RELEASE}/containerd-shim-runsc-v1`);
    expect(options).toEqual({ TypeUrl: 'io.containerd.runsc.v1.options', ConfigPath: expect.stringMatching(/^\/opt\/sandbox-runtimes\/config\/runsc\//) });
    expect(node.read(CONFIG)).toContain(appended(criTable(version)));
    const pod = await TestPod.run(node, { name: 'new', handler: 'runsc' });
    await runs(pod);
    await pod.remove();
  });

  test('keeps its old Pod running, whose containers can still be started', async () => {
    await runs(old);
  });

  test('is not written to by a second run', async () => {
    const [before, pid] = [treeSnapshot(node, ...FOLDERS), node.containerdPid()];
    (await install(node, installer({ existingHandlers: ExistingHandlers.ADOPT }))).requireReady('runsc');
    expect([treeSnapshot(node, ...FOLDERS), node.containerdPid()]).toEqual([before, pid]);
  });

  test('is reported where it is no more told to adopt, and stays as it is', async () => {
    const [before, pid] = [treeSnapshot(node, ...FOLDERS), node.containerdPid()];
    expect((await install(node, installer())).handler('runsc').reason).toContain('already has a handler "runsc"');
    expect([treeSnapshot(node, ...FOLDERS), node.containerdPid()]).toEqual([before, pid]);
    (await install(node, installer({ existingHandlers: ExistingHandlers.ADOPT }))).requireReady('runsc');
  });

  test('goes on as installed by us where the other table is then removed', async () => {
    const before = runtimesOf(configDump(node)).runsc;
    const config = node.read(CONFIG);
    node.write(CONFIG, config.replace(appended(criTable(version)), ''));
    const pid = node.containerdPid();
    (await install(node, installer({ existingHandlers: ExistingHandlers.ADOPT }))).requireReady('runsc');
    expect([runtimesOf(configDump(node)).runsc, node.containerdPid()]).toEqual([before, pid]);
    node.write(CONFIG, config);
  });

  test('is told of a file that containerd reads later, and gets another handler all the same', async () => {
    const adopting = { existingHandlers: ExistingHandlers.ADOPT };
    const [config, later] = [node.read(CONFIG), '/etc/containerd/conf.d/zz-gvisor.toml'];
    node.write(later, `[${criTable(version)}.containerd.runtimes.runsc]\nruntime_type = "io.containerd.runc.v2"\n`);
    node.write(CONFIG, config.replace(/imports = \[(.*?)\]/, `imports = [$1, "${later}"]`));
    const two = synthesize(mirror, chart => {
      addGVisor(chart, archive);
      new GVisorRuntime(chart, 'other', { release: gvisorReleaseOf(archive), handler: 'other', runtimeClassName: 'other' });
    }, undefined, adopting);
    const run = await install(node, two);
    expect(run.handler('runsc')).toMatchObject({ verdict: 'failed', step: 'preflight', reason: expect.stringContaining(`${later} already has a handler "runsc"`) });
    expect(run.handler('other')).toMatchObject({ verdict: 'ready' });
    expect(runtimesOf(configDump(node)).runsc.runtime_type).toBe('io.containerd.runc.v2');
    rmSync(node.path(later));
    node.write(CONFIG, config);
    (await install(node, installer(adopting))).requireReady('runsc');
  });

  test('is given back byte for byte, and its gVisor serves the handler again', async () => {
    await old.remove();
    const run = await install(node, takingBack(installer({ existingHandlers: ExistingHandlers.ADOPT })));
    expect(run.log).toContain('everything was taken back');
    expect(node.read(CONFIG)).toBe(files[CONFIG]);
    expect(node.files('/opt/sandbox-runtimes')).toEqual([]);
    const pod = await TestPod.run(node, { name: 'again', handler: 'runsc' });
    await runs(pod);
    await pod.remove();
  });
});

describe.each(['2.2', '2.3'] as const)('a node whose main file imports the drop-in of kata-deploy on containerd %s', version => {
  const cri = criTable(version);
  const files: { [path: string]: string } = {
    ...nodeConfig(version),
    [`${KATA_FOLDER}/kata-deploy.toml`]: `[${cri}.containerd.runtimes.kata-qemu]
runtime_type = "io.containerd.kata-qemu.v2"
runtime_path = "/opt/kata/bin/containerd-shim-kata-v2"
privileged_without_host_devices = true
pod_annotations = ["io.katacontainers.*"]
container_annotations = ["io.kubernetes.container.terminationMessage*"]

[${cri}.containerd.runtimes.kata-qemu.options]
ConfigPath = "/opt/kata/share/defaults/kata-containers/runtimes/qemu/configuration-qemu.toml"
`,
  };
  files[CONFIG] = `imports = ["${KATA_FOLDER}/kata-deploy.toml"]\n${files[CONFIG]}`;
  let node: TestNode;

  beforeAll(async () => {
    node = await TestNode.start({ containerd: version, files });
    node.importImages([pauseImage(), busyboxImage(), nodeImage()]);
  });

  afterAll(() => node?.stop());

  test('is refused by an installer that cannot see it, with what to write', async () => {
    expect((await install(node, installer())).handler('runsc')).toMatchObject({
      verdict: 'failed', reason: expect.stringContaining('name their folder in importedFolders of the NodeInstaller'),
    });
  });

  test('gets gVisor beside it, and keeps its handler of Kata as it was', async () => {
    const before = runtimesOf(configDump(node))['kata-qemu'];
    (await install(node, installer({ importedFolders: [KATA_FOLDER] }))).requireReady('runsc');
    expect(runtimesOf(configDump(node))['kata-qemu']).toEqual(before);
    const pod = await TestPod.run(node, { name: 'sandboxed', handler: 'runsc' });
    await runs(pod);
    await pod.remove();
  });

  test('keeps its own handler from us, with the file that has it', async () => {
    const taken = installer({ importedFolders: [KATA_FOLDER], existingHandlers: ExistingHandlers.ADOPT }, { handler: 'kata-qemu', runtimeClassName: 'kata-qemu' });
    expect((await install(node, taken)).handler('kata-qemu').reason).toMatch(new RegExp(`^${KATA_FOLDER}/kata-deploy.toml already has a handler "kata-qemu" .*, which kata-deploy installed `
      + 'and which cannot be adopted, since it is read after our drop-in and its runtime_type, .*, pod_annotations, .* would count over our settings'));
  });

  test('is given back byte for byte', async () => {
    expect((await install(node, takingBack(installer({ importedFolders: [KATA_FOLDER] })))).log).toContain('everything was taken back');
    expect(node.read(CONFIG)).toBe(files[CONFIG]);
  });
});
