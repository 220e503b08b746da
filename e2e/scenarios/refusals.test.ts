import { ArtifactMirror } from '../node/artifact-mirror';
import { archiveOf, GVisorArchive, gvisorArchive, withChecksum } from '../node/gvisor-archive';
import { ImageArchive, nodeImage, pauseImage } from '../node/images';
import { AgentRun, runInstallUntilVerdict } from '../node/installer-run';
import { configDump, criTable, nodeConfig, runtimesOf } from '../node/node-config';
import { synthesizeInstaller } from '../node/synthesized-installer';
import { TestNode } from '../node/test-node';
import { TestPod } from '../node/test-pod';
import { treeSnapshot } from '../node/tree-snapshot';
import { ContainerdVersion, GVISOR_RELEASE } from '../toolchain';

const CONFIG = '/etc/containerd/config.toml';

let mirror: ArtifactMirror;
let release: GVisorArchive;
let images: ImageArchive[];

beforeAll(async () => {
  mirror = await ArtifactMirror.start();
  release = await gvisorArchive(GVISOR_RELEASE);
  mirror.serve(release);
  images = [pauseImage(), nodeImage()];
});

afterAll(() => mirror.stop());

interface BadConfig {
  readonly given: string;
  readonly containerd: readonly ContainerdVersion[];
  readonly config: (good: string, cri: string) => string;
  readonly says: RegExp;
}

const BAD_CONFIGS: BadConfig[] = [
  {
    given: 'a config.toml that is not TOML',
    containerd: ['1.7', '2.2'],
    config: good => `${good}\n[plugins\n`,
    says: /\/etc\/containerd\/config\.toml/,
  },
  {
    given: 'imports that is a string',
    containerd: ['2.2'],
    config: good => `imports = "/etc/containerd/conf.d/*.toml"\n${good}`,
    says: /imports/,
  },
  {
    given: 'imports with a number in it',
    containerd: ['2.2'],
    config: good => `imports = ["/etc/containerd/conf.d/*.toml", 1]\n${good}`,
    says: /imports/,
  },
  {
    given: 'runtimes as an inline table',
    containerd: ['1.7'],
    config: (_, cri) => `version = 2\n[${cri}.containerd]\n  runtimes = { runc = { runtime_type = "io.containerd.runc.v2" } }\n`,
    says: /runtimes/,
  },
  {
    given: 'a disabled CRI plugin',
    containerd: ['1.7', '2.2'],
    config: good => `disabled_plugins = ["cri"]\n${good}`,
    says: /disabled_plugins/,
  },
  {
    given: 'another installer\'s runsc table',
    containerd: ['1.7', '2.2'],
    config: (good, cri) => `${good}\n[${cri}.containerd.runtimes.runsc]\n  runtime_type = "io.containerd.runsc.v1"\n`,
    says: /runsc/,
  },
];

describe.each(['1.7', '2.2'] as const)('on containerd %s the installer stops before the first write', version => {
  let node: TestNode;
  const goodConfig = nodeConfig(version)[CONFIG];

  beforeAll(async () => {
    node = await TestNode.start({ containerd: version, files: nodeConfig(version) });
    node.importImages(images);
  });

  afterAll(() => node?.stop());

  /** Installs an archive and expects a refusal that leaves configuration, releases and containerd alone. */
  async function refused(archive: GVisorArchive, says: RegExp): Promise<AgentRun> {
    mirror.serve(archive);
    const manifests = synthesizeInstaller(mirror, archive);
    const before = { etc: treeSnapshot(node, '/etc/containerd'), pid: node.containerdPid() };
    const run = await runInstallUntilVerdict(node, manifests, nodeImage().reference);
    expect({ etc: treeSnapshot(node, '/etc/containerd'), pid: node.containerdPid() }).toEqual(before);
    expect(node.files('/opt/sandbox-runtimes')).toEqual([]);
    expect(run.handler('runsc')).toMatchObject({ verdict: 'failed', reason: expect.stringMatching(says) });
    expect(run.exitCode).toBe(0);
    return run;
  }

  test.each(BAD_CONFIGS.filter(({ containerd }) => containerd.includes(version)))('given $given', async ({ config, says }) => {
    node.write(CONFIG, config(goodConfig, criTable(version)));
    try {
      await refused(release, says);
    } finally {
      node.write(CONFIG, goodConfig);
    }
  });

  test('given an archive with another checksum', async () => {
    const archive = withChecksum('20260907.0', release.content);
    await refused({ ...archive, content: Buffer.concat([release.content, Buffer.alloc(1)]) }, /checksum|SHA-512/i);
  });

  test('given an archive that is cut off', async () => {
    await refused(withChecksum('20260907.1', release.content.subarray(0, release.content.length / 2)), /cut off|corrupt|truncated|incomplete|end/i);
  });

  test('given an archive with an entry that leaves its folder', async () => {
    await refused(archiveOf('20260907.2', [{ path: 'runsc', content: '' }, { path: '../x', content: 'escaped' }]), /\.\.\/x/);
  });

  test('given a disk that is too small', async () => {
    node.exec('mkdir', '-p', '/opt/sandbox-runtimes');
    node.exec('mount', '-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', '/opt/sandbox-runtimes');
    try {
      await refused(release, /space/);
      expect(node.exec('find', '/opt/sandbox-runtimes', '-type', 'f')).toBe('');
    } finally {
      node.exec('umount', '/opt/sandbox-runtimes');
    }
  });
});

describe.each([['1.7', 'v1.6.39'], ['2.2', 'v2.0.3']] as const)('on a node that says it runs containerd %s %s', (version, said) => {
  let node: TestNode;

  beforeAll(async () => {
    node = await TestNode.start({ containerd: version, saidVersion: said, files: nodeConfig(version) });
    node.importImages(images);
  });

  afterAll(() => node?.stop());

  test('the installer refuses the version and says what to do', async () => {
    const before = treeSnapshot(node, '/etc/containerd');
    const run = await runInstallUntilVerdict(node, synthesizeInstaller(mirror, release), nodeImage().reference);
    expect(run.handler('runsc')).toMatchObject({ verdict: 'failed', reason: expect.stringMatching(/upgrade containerd|containerd 1\.7/i) });
    expect(run.handler('runsc').reason).toContain(said.slice(1));
    expect(treeSnapshot(node, '/etc/containerd')).toEqual(before);
  });
});

describe('a release whose sandbox does not start', () => {
  let node: TestNode;

  beforeAll(async () => {
    node = await TestNode.start({ containerd: '2.2', files: nodeConfig('2.2') });
    node.importImages(images);
  });

  afterAll(() => node?.stop());

  test('is taken back: previous bytes, and runc serves Pods as before', async () => {
    const broken = '20260907.3';
    const says = `#!/bin/sh\n[ "$1" = --version ] && echo "runsc version release-${broken}" && exit 0\necho "this runsc is broken" >&2\nexit 1\n`;
    const archive = archiveOf(broken, [
      { path: 'runsc', mode: 0o755, content: says },
      { path: 'containerd-shim-runsc-v1', mode: 0o755, content: says },
    ]);
    mirror.serve(archive);
    const run = await runInstallUntilVerdict(node, synthesizeInstaller(mirror, archive), nodeImage().reference);
    expect(run.handler('runsc')).toMatchObject({ verdict: 'failed', step: 'prove' });
    expect(run.exitCode).toBe(0);
    expect(node.read(CONFIG)).toBe(nodeConfig('2.2')[CONFIG]);
    expect(runtimesOf(configDump(node))).not.toHaveProperty('runsc');
    await (await TestPod.run(node, { name: 'after', handler: '' })).remove();
  });
});
