import { setTimeout as sleep } from 'node:timers/promises';
import { NodeRestart } from '../../src';
import { ArtifactMirror } from '../node/artifact-mirror';
import { archiveOf, GVisorArchive, gvisorArchive } from '../node/gvisor-archive';
import { busyboxImage, nodeImage, pauseImage } from '../node/images';
import { runInstall } from '../node/installer-run';
import { nodeConfig } from '../node/node-config';
import { Poison, POISONS } from '../node/poisons';
import { synthesizeInstaller } from '../node/synthesized-installer';
import { TestNode } from '../node/test-node';
import { PodNode, TestPod } from '../node/test-pod';
import { figure } from '../real-cluster/figures';
import { ContainerdUnit, CONTAINERD_UNIT } from '../systemd/containerd-unit';
import { GVISOR_RELEASE } from '../toolchain';

const WITHIN_MS = 60_000;
const STATE = '/etc/containerd';

let mirror: ArtifactMirror;
let release: GVisorArchive;
const images = [pauseImage(), nodeImage(), busyboxImage()];
const found = { before: 0, after: 0, slowestMs: 0 };

beforeAll(async () => {
  mirror = await ArtifactMirror.start();
  release = await gvisorArchive(GVISOR_RELEASE);
});

afterAll(async () => {
  await mirror.stop();
  figure('poisons found before the host was touched', `${found.before} of ${found.before + found.after}`);
  figure('slowest poison, from the start of the attempt to previous bytes and a running runc Pod', found.slowestMs, 'ms');
});

const bytes = (node: { exec(...command: string[]): string }) => node.exec('sh', '-c', `cd ${STATE} && find . -type f -exec sha256sum {} + | sort`);

async function requireRuncPod(node: PodNode): Promise<void> {
  const pod = await TestPod.run(node, { name: 'after', handler: '' });
  const container = await pod.start({ name: 'main', image: busyboxImage().reference, command: ['sh', '-c', 'echo runs'] });
  expect(await container.exit()).toMatchObject({ exitCode: 0 });
  expect(container.log()).toBe('runs\n');
  await pod.remove();
}

/** A shim that ends at once is enough where the agent never gets to it. */
function cheapRelease(): GVisorArchive {
  const says = `#!/bin/sh\n[ "$1" = --version ] && echo "runsc version release-${GVISOR_RELEASE}" && exit 0\nexit 1\n`;
  return archiveOf(GVISOR_RELEASE, ['runsc', 'containerd-shim-runsc-v1'].map((path) => ({ path, mode: 0o755, content: says })));
}

describe.each(['2.2', '1.7'] as const)('on containerd %s previous bytes and a runc Pod are there within a minute, given', (version) => {
  let node: TestNode;

  beforeAll(async () => {
    node = await TestNode.start({ containerd: version, files: nodeConfig(version) });
    node.importImages(images);
  });

  afterAll(() => node?.stop());
  afterEach(() => void node.exec('sh', '-c', 'rm -rf /var/lib/sandbox-runtimes/* /opt/sandbox-runtimes/*'));

  // What comes before containerd is the same whatever containerd is.
  const poisons = POISONS.filter(({ archive, foundBefore, on }) => (on ?? [version]).includes(version) && (version === '2.2' || foundBefore !== true || !archive));

  test.each(poisons)('$poison', async ({ says, foundBefore, spoil, archive, alter }: Poison) => {
    const offered = await (archive ? archive(release) : cheapRelease());
    mirror.serve(offered);
    const manifests = synthesizeInstaller(mirror, offered);
    const makeWell = spoil?.(node);
    try {
      const before = bytes(node);
      const pid = node.containerdPid();
      const startedAt = performance.now();
      const run = await runInstall(node, alter ? alter(manifests) : manifests, nodeImage().reference);
      await requireRuncPod(node);
      const took = performance.now() - startedAt;
      expect(run.log).toMatch(says);
      expect(bytes(node)).toBe(before);
      const touched = /^write: \/etc\//m.test(run.log) || node.containerdPid() !== pid;
      expect({ log: run.log, foundBefore: !touched }).toEqual({ log: run.log, foundBefore: foundBefore === true || foundBefore === version });
      expect(took).toBeLessThan(WITHIN_MS);
      found[touched ? 'after' : 'before']++;
      found.slowestMs = Math.max(found.slowestMs, took);
    } finally {
      makeWell?.();
    }
  });

  test('somebody who writes config.toml all the time', async () => {
    const offered = cheapRelease();
    mirror.serve(offered);
    const original = node.read(`${STATE}/config.toml`);
    let lines = 0;
    const writer = setInterval(() => node.exec('sh', '-c', `echo '# line ${++lines}' >>${STATE}/config.toml`), 20);
    try {
      const run = await runInstall(node, synthesizeInstaller(mirror, offered), nodeImage().reference);
      expect(run.log).toMatch(/was changed by somebody else/);
      found.before++;
    } finally {
      clearInterval(writer);
      await sleep(100);
    }
    expect(node.read(`${STATE}/config.toml`)).toBe(original + Array.from({ length: lines }, (_, line) => `# line ${line + 1}\n`).join(''));
    node.write(`${STATE}/config.toml`, original);
    await requireRuncPod(node);
  });
});

test('a unit that may be started only twice is started a third time to take a release back', async () => {
  const node = await ContainerdUnit.start(images);
  try {
    node.write(`/etc/systemd/system/${CONTAINERD_UNIT}.d/limit.conf`, '[Unit]\nStartLimitBurst=2\nStartLimitIntervalSec=3600\n');
    node.exec('systemctl', 'daemon-reload');
    const offered = cheapRelease();
    mirror.serve(offered);
    const before = bytes(node);
    const startedAt = performance.now();
    const run = await runInstall(node, synthesizeInstaller(mirror, offered, NodeRestart.systemd(CONTAINERD_UNIT)), nodeImage().reference);
    await requireRuncPod(node);
    expect(performance.now() - startedAt).toBeLessThan(WITHIN_MS);
    expect(run.log).toMatch(/no pod sandbox of handler "runsc" could be started/);
    expect(bytes(node)).toBe(before);
    found.after++;
  } finally {
    await node.stop();
  }
});
