import { setTimeout as sleep } from 'node:timers/promises';
import { CriClient } from '../../agent/cri/cri-client';
import { isProbe, proveHandler } from '../../agent/prove';
import { gvisorArchive } from '../node/gvisor-archive';
import { figure } from '../real-cluster/figures';
import { count, limitFor } from '../real-cluster/how-often';
import { PodIdentity, Quickstart } from '../real-cluster/quickstart';
import { RealCluster } from '../real-cluster/real-cluster';
import { GVISOR_RELEASE } from '../toolchain';

const PROOFS = count('CLUSTER_PROOFS', 40);
const KILLS = count('CLUSTER_PROOF_KILLS', 2);

const INSTALL = 'node /sandbox-runtimes/agent.js install';
/** A killed run begins anew after the kubelet's back-off. */
const PROOF_MS = 60_000;
const LOOK_MS = 5;

let cluster: RealCluster;
let quickstart: Quickstart;
let cri: CriClient;
let plain: PodIdentity;

beforeAll(async () => {
  const release = await gvisorArchive(GVISOR_RELEASE);
  quickstart = await Quickstart.inNewCluster([release]);
  cluster = quickstart.cluster;
  plain = await quickstart.identity('plain');
  await quickstart.rollOut(release);
  cri = new CriClient(cluster.node.socket);
});

afterAll(async () => {
  cri?.close();
  await cluster?.stop();
});

const probes = async () => (await cri.listPodSandboxes()).filter(isProbe);

test(`a handler is proven ${PROOFS} times beside a live kubelet, without a failure, and nothing is left`, async () => {
  const took: number[] = [];
  for (let proof = 0; proof < PROOFS; proof++) {
    const { run, stop, remove } = await proveHandler(cluster.node.socket, 'runsc');
    took.push(run + stop + remove);
  }
  took.sort((a, b) => a - b);
  figure(`${PROOFS} proofs beside a live kubelet: median`, took[Math.floor(took.length / 2)], 'ms');
  figure(`${PROOFS} proofs beside a live kubelet: longest`, took[took.length - 1], 'ms');
  expect(await probes()).toEqual([]);
  figure(`${PROOFS} proofs beside a live kubelet: failed, sandboxes left`, '0, 0');
}, limitFor(PROOFS));

test(`an installer that is killed in the middle of a proof leaves nothing after its next run, ${KILLS} times`, async () => {
  const pid = cluster.node.containerdPid();
  for (let kill = 0; kill < KILLS; kill++) {
    const rollout = quickstart.restart();
    const proven = await aProbe();
    cluster.node.killOutside(INSTALL);
    expect((await probes()).map(({ uid }) => uid)).toContain(proven);
    await rollout;
    expect(await probes()).toEqual([]);
  }
  expect(await quickstart.label()).toBe('ready');
  expect(await quickstart.identity('plain')).toEqual(plain);
  expect(cluster.node.containerdPid()).toBe(pid);
  figure(`${KILLS} installers killed in the middle of a proof: sandboxes left, restarts of containerd`, '0, 0');
}, limitFor(KILLS));

/** Waits for the sandbox of a proof. @returns its uid. */
async function aProbe(): Promise<string> {
  for (const deadline = Date.now() + PROOF_MS; Date.now() < deadline; await sleep(LOOK_MS)) {
    const [probe] = await probes();
    if (probe) return probe.uid;
  }
  throw new Error(`no proof began within ${PROOF_MS} ms`);
}
