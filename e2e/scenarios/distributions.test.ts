import { Duration } from 'cdk8s';
import { platformRecords } from '../../src/platform/records';
import { DistributionNode } from '../distributions/distribution-node';
import { DISTRIBUTIONS } from '../distributions/distributions';
import { ArtifactMirror } from '../node/artifact-mirror';
import { gvisorArchive } from '../node/gvisor-archive';
import { busyboxImage, nodeImage, pauseImage } from '../node/images';
import { Manifest, runInstall } from '../node/installer-run';
import { addGVisor, synthesize, takingBack } from '../node/synthesized-installer';
import { TestContainer, TestPod } from '../node/test-pod';
import { GVISOR_RELEASE } from '../toolchain';

/*
 * What a distribution does to containerd's configuration is done by a script here, in its places and under a real
 * systemd; containerd, the installer's containers and the sandboxes are real.
 */

const TICKING = ['sh', '-c', 'while :; do echo tick; sleep 0.1; done'];

let mirror: ArtifactMirror;

beforeAll(async () => {
  jest.spyOn(console, 'warn').mockImplementation();
  mirror = await ArtifactMirror.start();
  mirror.serve(await gvisorArchive(GVISOR_RELEASE));
});

afterAll(() => mirror?.stop());

test('every platform that has only a record has a node here, or differs from one that has in its unit alone', () => {
  const here = DISTRIBUTIONS.map(({ platform }) => platform.name);
  const installed = platformRecords().filter(({ plan }) => plan).map(({ name }) => name);
  expect(installed.filter(name => !here.includes(name.replace(/-agent$/, '')))).toEqual([]);
});

describe.each(DISTRIBUTIONS.map(distribution => [distribution.name, distribution] as const))('a node laid out by %s', (_, distribution) => {
  const image = nodeImage();
  let manifests: Manifest[];
  let node: DistributionNode;
  let before: { readonly [path: string]: string };
  let plain: TestContainer;
  let sandboxed: TestPod;
  let inSandbox: TestContainer;

  async function ticking(pod: TestPod): Promise<TestContainer> {
    return pod.start({ name: 'main', image: busyboxImage().reference, command: TICKING });
  }

  beforeAll(async () => {
    const archive = await gvisorArchive(GVISOR_RELEASE);
    manifests = synthesize(mirror, chart => addGVisor(chart, archive), distribution.platform, { driftCheckInterval: Duration.minutes(1) });
    node = await DistributionNode.start(distribution, [pauseImage(), busyboxImage(), image]);
    before = node.configuration();
    plain = await ticking(await TestPod.run(node, { name: 'before', handler: '' }));
  });

  afterAll(() => node?.stop());

  test('gets a handler whose sandbox is gVisor, and its other Pods run on', async () => {
    const run = await runInstall(node, manifests, image.reference);
    run.requireReady('runsc');
    expect(run.drift).toEqual([]);
    sandboxed = await TestPod.run(node, { name: 'sandboxed', handler: 'runsc' });
    inSandbox = await ticking(sandboxed);
    expect(await inSandbox.exec('dmesg')).toContain('gVisor');
    expect(await plain.exec('echo', 'reached')).toBe('reached\n');
  });

  test('keeps it over a restart by the distribution, which may make its file anew, without a second write', async () => {
    await node.restart();
    const run = await runInstall(node, manifests, image.reference);
    run.requireReady('runsc');
    expect(run.drift).toEqual([]);
    expect(run.log).toContain('plan: all files are as they should be');
    expect(await inSandbox.exec('echo', 'reached')).toBe('reached\n');
  });

  test('has everything back at the end', async () => {
    await sandboxed.remove();
    const run = await runInstall(node, takingBack(manifests), image.reference);
    expect(run.log).toContain('everything was taken back');
    expect(node.configuration()).toEqual(before);
    expect(await plain.exec('echo', 'reached')).toBe('reached\n');
  });
});
