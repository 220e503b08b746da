import { ArtifactMirror } from '../node/artifact-mirror';
import { expectRefusal } from '../node/expect-refusal';
import { archiveOf, GVisorArchive, gvisorArchive, withChecksum } from '../node/gvisor-archive';
import { nodeImage, pauseImage } from '../node/images';
import { runInstallUntilVerdict } from '../node/installer-run';
import { configDump, nodeConfig, runtimesOf } from '../node/node-config';
import { synthesizeInstaller } from '../node/synthesized-installer';
import { TestNode } from '../node/test-node';
import { TestPod } from '../node/test-pod';
import { GVISOR_RELEASE } from '../toolchain';

let mirror: ArtifactMirror;
let release: GVisorArchive;
let node: TestNode;

beforeAll(async () => {
  mirror = await ArtifactMirror.start();
  release = await gvisorArchive(GVISOR_RELEASE);
  node = await TestNode.start({ containerd: '2.2', files: nodeConfig('2.2') });
  node.importImages([pauseImage(), nodeImage()]);
});

afterAll(async () => {
  await node?.stop();
  await mirror.stop();
});

describe('the installer stops before the first write', () => {
  function refused(archive: GVisorArchive, says: RegExp): Promise<void> {
    mirror.serve(archive);
    return expectRefusal(node, mirror, archive, says);
  }

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

test('a release whose sandbox does not start is taken back: previous bytes, and runc serves Pods as before', async () => {
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
  expect(node.read('/etc/containerd/config.toml')).toBe(nodeConfig('2.2')['/etc/containerd/config.toml']);
  expect(runtimesOf(configDump(node))).not.toHaveProperty('runsc');
  await (await TestPod.run(node, { name: 'after', handler: '' })).remove();
});
