import { GVisorArchive, gvisorArchive } from '../node/gvisor-archive';
import { watchingCri } from '../real-cluster/cri-watch';
import { figure, timed } from '../real-cluster/figures';
import { count, limitFor } from '../real-cluster/how-often';
import { PodIdentity, Quickstart } from '../real-cluster/quickstart';
import { TEAM_NAMESPACE } from '../real-cluster/quickstart-app';
import { RealCluster } from '../real-cluster/real-cluster';

const ROLLOUTS = count('CLUSTER_ROLLOUTS', 2);
const UPGRADES = count('CLUSTER_UPGRADES', 2);
const DOWNGRADES = count('CLUSTER_DOWNGRADES', 1);

/** The same source, told to be one release after the other. */
const RELEASES = Array.from({ length: UPGRADES + 1 }, (_, index) => `202609${String(5 + index).padStart(2, '0')}.0`);

let cluster: RealCluster;
let quickstart: Quickstart;
let releases: GVisorArchive[];
/** One Pod of each release, and one without a RuntimeClass. */
const before = new Map<string, PodIdentity>();

const podOf = ({ release }: GVisorArchive): string => `on-${release.replace(/\.0$/, '')}`;

async function now(): Promise<Map<string, PodIdentity>> {
  const names = [...before.keys()];
  const identities = await Promise.all(names.map(name => quickstart.identity(name)));
  return new Map(names.map((name, index) => [name, identities[index]]));
}

async function remember(name: string): Promise<void> {
  before.set(name, await quickstart.identity(name));
}

async function start(release: GVisorArchive): Promise<void> {
  await quickstart.apply([quickstart.sandboxed(release, podOf(release))]);
  await quickstart.running(podOf(release));
  await remember(podOf(release));
}

beforeAll(async () => {
  releases = await Promise.all(RELEASES.map(release => gvisorArchive(release)));
  quickstart = await Quickstart.inNewCluster(releases);
  cluster = quickstart.cluster;
  await quickstart.rollOut(releases[0]);
  await remember('plain');
  await start(releases[0]);
});

afterAll(() => cluster?.stop());

test(`running Pods are the same after ${RELEASES.length - 1} upgrades, one restart of containerd each`, async () => {
  for (const release of releases.slice(1)) {
    const gaps = await watchingCri(`upgrade to ${release.release}`, cluster.node.socket, () =>
      timed(`upgrade to ${release.release}: from kubectl apply until the DaemonSet is ready`, () => quickstart.rollOut(release)));
    expect(gaps.length).toBe(1);
    await start(release);
    expect(await now()).toEqual(before);
  }
  expect(cluster.node.releasesInUse()).toEqual(RELEASES);
}, limitFor(UPGRADES));

test(`they are the same after ${DOWNGRADES} downgrades`, async () => {
  const older = releases.slice(0, -1).reverse();
  for (let downgrade = 0; downgrade < DOWNGRADES; downgrade++) {
    await quickstart.rollOut(older[downgrade % older.length]);
    expect(await now()).toEqual(before);
  }
}, limitFor(DOWNGRADES));

test(`they are the same after ${ROLLOUTS} rollouts of the same plan, and containerd is not restarted`, async () => {
  const pid = cluster.node.containerdPid();
  await timed(`${ROLLOUTS} rollouts of the same plan`, async () => {
    for (let rollout = 0; rollout < ROLLOUTS; rollout++) await quickstart.restart();
  });
  expect(await now()).toEqual(before);
  expect(cluster.node.containerdPid()).toBe(pid);
}, limitFor(ROLLOUTS));

test('afterwards each of them can be entered, its container restarted, and it can be deleted', async () => {
  for (const name of before.keys()) {
    const kernel = await cluster.kubectl.exec(TEAM_NAMESPACE, name, 'uname', '-r');
    expect({ name, gvisor: kernel.includes('gvisor') }).toEqual({ name, gvisor: name !== 'plain' });
    await quickstart.restartContainer(name);
    if (name !== 'plain') expect(await quickstart.podLog(name)).toContain('Starting gVisor...');
    expect((await quickstart.identity(name)).uid).toBe(before.get(name)!.uid);
    await cluster.kubectl.run('--namespace', TEAM_NAMESPACE, 'delete', 'pod', name, '--timeout=60s');
  }
  figure('Pods with another UID, container or restart count', `0 of ${before.size}, over ${UPGRADES} upgrades, ${DOWNGRADES} downgrades, ${ROLLOUTS} rollouts`);
}, limitFor(RELEASES.length));
