import { setTimeout as sleep } from 'node:timers/promises';
import { PLAN_HASH_ANNOTATION } from '../../src/installer/pod-layout';
import { GVisorArchive, gvisorArchive } from '../node/gvisor-archive';
import { figure, timed } from '../real-cluster/figures';
import { HandlerStates } from '../real-cluster/handler-states';
import { Quickstart } from '../real-cluster/quickstart';
import { NODE, RealCluster } from '../real-cluster/real-cluster';
import { SimulatedNodes } from '../real-cluster/simulated-nodes';
import { GVISOR_NEXT_RELEASE, GVISOR_RELEASE } from '../toolchain';

const SIMULATED = Array.from({ length: 9 }, (_, index) => `simulated-${index + 1}`);
const ALL = [NODE, ...SIMULATED].sort();
/** Releases whose archive is not what was published. */
const BAD_RELEASES = ['20260908.0', '20260909.0'];
/** Long enough for a DaemonSet to go on to its next nodes, were they given to it. */
const CALM_MS = 10_000;

let cluster: RealCluster;
let quickstart: Quickstart;
let release: GVisorArchive;
let next: GVisorArchive;
let simulated: SimulatedNodes;
let states: HandlerStates;

beforeAll(async () => {
  [release, next] = [await gvisorArchive(GVISOR_RELEASE), await gvisorArchive(GVISOR_NEXT_RELEASE)];
  quickstart = await Quickstart.inNewCluster([release, next]);
  cluster = quickstart.cluster;
  const tunnel = await cluster.controlPlane.tunnel();
  const admin = tunnel.connection(cluster.controlPlane.adminToken);
  states = new HandlerStates(admin, 'runsc');
  simulated = await SimulatedNodes.join(admin, token => tunnel.connection(token), SIMULATED, ({ runtimes }) =>
    BAD_RELEASES.some(bad => JSON.stringify(runtimes).includes(bad))
      ? { verdict: 'failed', step: 'stage', reason: 'not what was published' }
      : { verdict: 'ready' });
});

afterAll(async () => {
  await simulated?.stop();
  states?.stop();
  await cluster?.stop();
});

beforeEach(() => void jest.spyOn(console, 'log').mockReturnValue());
afterEach(() => void jest.restoreAllMocks());

test.each([
  { what: 'a first installation', slots: 2, archive: () => release },
  { what: 'an upgrade', slots: 1, archive: () => next },
])('$what on ten nodes is never under way on more than $slots of them', async ({ what, slots, archive }) => {
  states.mostPending();
  await timed(`${what} on ten nodes with ${slots} slots, nine of them simulated: until the DaemonSet is ready`, async () => {
    await quickstart.apply(quickstart.synthesize(archive(), undefined, slots).platform);
    await quickstart.rolledOut();
  });
  const most = states.mostPending();
  figure(`${what} on ten nodes with ${slots} slots: most nodes at a time`, most);
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThanOrEqual(slots);
  expect(states.nodes('ready')).toEqual(ALL);
});

test('a bad version that is pushed twice harms one node, and the other nine serve on', async () => {
  const harmed = new Set<string>();
  for (const version of BAD_RELEASES) {
    const bad = { ...next, release: version };
    cluster.mirror.serve(bad, bad.content.subarray(0, -1));
    await quickstart.apply(quickstart.synthesize(bad, undefined, 1).platform);
    await failedWith(version);
    await sleep(CALM_MS);
    for (const node of states.nodes('failed')) harmed.add(node);
    expect(states.nodes('ready')).toEqual(ALL.filter(node => !harmed.has(node)));
  }
  figure('a bad version pushed twice to ten nodes: nodes harmed', harmed.size);
  expect(harmed.size).toBe(1);
});

test('the good version repairs the node that was harmed', async () => {
  await quickstart.apply(quickstart.synthesize(next, undefined, 1).platform);
  await quickstart.rolledOut();
  expect(states.nodes('ready')).toEqual(ALL);
  expect(await quickstart.holder()).toBeUndefined();
});

/** Until a node has failed with the plan of this release, and not with one before. */
async function failedWith(version: string): Promise<void> {
  const planHash = await quickstart.planHash();
  await cluster.kubectl.until(`a node to fail with ${version}`, async () => {
    const failed = states.nodes('failed');
    return (await quickstart.installerPods()).filter(({ spec, metadata }) =>
      failed.includes(spec.nodeName) && metadata.annotations[PLAN_HASH_ANNOTATION] === planHash);
  }, pods => pods.length > 0, 300_000);
}
