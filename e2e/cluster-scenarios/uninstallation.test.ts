import { DesiredState } from '../../src';
import { GVisorArchive, gvisorArchive } from '../node/gvisor-archive';
import { figure, timed } from '../real-cluster/figures';
import { count, limitFor } from '../real-cluster/how-often';
import { PodIdentity, Quickstart } from '../real-cluster/quickstart';
import { TEAM_NAMESPACE } from '../real-cluster/quickstart-app';
import { RealCluster } from '../real-cluster/real-cluster';
import { GVISOR_RELEASE } from '../toolchain';

const RUNS = count('CLUSTER_UNINSTALLS', 2);
const PODS = ['first', 'second', 'third'];
/** A Pod that has not gone by then is stuck. */
const GONE_WITHIN = '60s';

/** All folders that an installation touches, and those that they are in. */
const TOUCHED = ['/etc', '/opt', '/usr/local'];
const OURS = ['/opt/sandbox-runtimes', '/var/lib/sandbox-runtimes'];
const LEFT = [...OURS, '/var/lib/sandbox-runtimes/lock'];

let cluster: RealCluster;
let quickstart: Quickstart;
let release: GVisorArchive;
let plain: PodIdentity;

const tree = () => cluster.node.treeHash(...TOUCHED, '!', '-path', OURS[0]);

beforeAll(async () => {
  release = await gvisorArchive(GVISOR_RELEASE);
  quickstart = await Quickstart.inNewCluster([release]);
  cluster = quickstart.cluster;
  plain = await quickstart.identity('plain');
});

afterAll(() => cluster?.stop());

test(`nothing is taken back while Pods run, no Pod is stuck, and the node is as before, ${RUNS} times`, async () => {
  const before = tree();
  const absent = quickstart.synthesize(release, DesiredState.ABSENT).platform;
  let stuck = 0;
  for (let run = 1; run <= RUNS; run++) {
    await quickstart.rollOut(release);
    await quickstart.apply(PODS.map(name => quickstart.sandboxed(release, name)));
    for (const name of PODS) await quickstart.running(name);
    const installed = tree();

    await quickstart.apply(absent);
    await cluster.kubectl.until('the reason why nothing is taken back', () => quickstart.describeInstaller(),
      text => text.includes('nothing is taken back while containers of running Pods') && PODS.every(name => text.includes(`${TEAM_NAMESPACE}/${name}`)));
    expect(tree()).toBe(installed);
    expect(await cluster.kubectl.exec(TEAM_NAMESPACE, PODS[0], 'uname', '-r')).toContain('gvisor');

    await cluster.kubectl.run('--namespace', TEAM_NAMESPACE, 'delete', 'pod', ...PODS, `--timeout=${GONE_WITHIN}`).catch(() => { stuck++; });
    await timed(`uninstallation ${run} of ${RUNS}: from the end of the last Pod until the DaemonSet is ready`, () => quickstart.rolledOut());
    expect(tree()).toBe(before);
    expect(cluster.node.systemd.exec('find', ...OURS).trim().split('\n').sort()).toEqual(LEFT);
    expect(await quickstart.label()).toBeUndefined();
    expect(await quickstart.identity('plain')).toEqual(plain);
  }
  figure(`${RUNS} uninstallations: Pods stuck in Terminating`, stuck);
  figure(`${RUNS} uninstallations: trees that differ from before`, 0);
  expect(stuck).toBe(0);
}, limitFor(2 * RUNS));
