import { Progress } from './progress';
import { DesiredState } from '../../src';
import { GVisorArchive, gvisorArchive } from '../node/gvisor-archive';
import { figure } from '../real-cluster/figures';
import { count } from '../real-cluster/how-often';
import { Quickstart } from '../real-cluster/quickstart';
import { TEAM_NAMESPACE } from '../real-cluster/quickstart-app';
import { NODE, RealCluster } from '../real-cluster/real-cluster';
import { GVISOR_RELEASE } from '../toolchain';

const CYCLES = count('SOAK_CYCLES', 500);

/** All folders that an installation touches, and those that they are in. */
const TOUCHED = ['/etc', '/opt', '/usr/local', '!', '-path', '/opt/sandbox-runtimes'];

let cluster: RealCluster;
let quickstart: Quickstart;
let release: GVisorArchive;

beforeAll(async () => {
  release = await gvisorArchive(GVISOR_RELEASE);
  quickstart = await Quickstart.inNewCluster([release]);
  cluster = quickstart.cluster;
});

afterAll(() => cluster?.stop());

/** What may not change from one cycle to the next. */
async function state() {
  const { conditions } = (await cluster.kubectl.get('node', NODE)).status;
  const { status, lastTransitionTime } = conditions.find(({ type }: any) => type === 'Ready');
  return {
    tree: cluster.node.treeHash(...TOUCHED),
    node: { status, lastTransitionTime },
    plain: await quickstart.identity('plain'),
    label: await quickstart.label(),
  };
}

/** What grows where something is left behind each time, and how it is counted on the node. */
const RESOURCES = Object.entries({
  'mounts': 'wc -l </proc/1/mounts',
  'processes': 'ls -d /proc/[0-9]* | wc -l',
  'open files of containerd': 'ls /proc/"$(systemctl show --property=MainPID --value containerd)"/fd | wc -l',
  'cgroups': 'find /sys/fs/cgroup -type d | wc -l',
});

const resources = () => RESOURCES.map(([, script]) => Number(cluster.node.systemd.exec('sh', '-c', script)));

test(`${CYCLES} times: install, run a Pod in gVisor, delete it, take everything back`, async () => {
  const before = await state();
  const [present, absent] = [quickstart.synthesize(release).platform, quickstart.synthesize(release, DesiredState.ABSENT).platform];
  const progress = new Progress('install and uninstall', CYCLES);
  let first: number[] | undefined;
  for (let cycle = 1; cycle <= CYCLES; cycle++) {
    await quickstart.apply(present);
    await quickstart.rolledOut();
    await quickstart.apply([quickstart.sandboxed(release, 'web')]);
    await quickstart.running('web');
    await cluster.kubectl.run('--namespace', TEAM_NAMESPACE, 'delete', 'pod', 'web', '--timeout=60s');
    await quickstart.apply(absent);
    await quickstart.rolledOut();
    expect({ cycle, ...await state() }).toEqual({ cycle, ...before });
    first ??= resources();
    progress.done(cycle);
  }
  for (const [index, now] of resources().entries()) {
    const [what] = RESOURCES[index];
    figure(`${CYCLES} cycles: ${what} after the first, after the last`, `${first![index]}, ${now}`);
    // Some come and go; one for every other cycle would be a leak.
    expect({ what, leaks: now - first![index] >= Math.max(20, CYCLES / 2) }).toEqual({ what, leaks: false });
  }
  figure('install/uninstall cycles, each with the node Ready throughout and the same tree in the end', `${CYCLES} of ${CYCLES}`);
});
