import { DesiredState } from '../../src';
import { GVisorArchive, gvisorArchive } from '../node/gvisor-archive';
import type { Manifest } from '../node/installer-run';
import { figure, timed } from '../real-cluster/figures';
import { previousRevision, synthesizeByPreviousRelease } from '../real-cluster/previous-release';
import { objectsOf, Quickstart } from '../real-cluster/quickstart';
import { PLATFORM_NAMESPACE } from '../real-cluster/quickstart-app';
import { RealCluster } from '../real-cluster/real-cluster';
import { GVISOR_RELEASE } from '../toolchain';

/**
 * The kinds in the order in which Argo CD applies them; others come after.
 *
 * @see https://github.com/argoproj/gitops-engine/blob/master/pkg/sync/sync_tasks.go
 */
const ARGO_CD = ['Namespace', 'ServiceAccount', 'ConfigMap', 'ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding', 'DaemonSet'];

let cluster: RealCluster;
let quickstart: Quickstart;
let release: GVisorArchive;
let today: string;

beforeAll(async () => {
  release = await gvisorArchive(GVISOR_RELEASE);
  quickstart = await Quickstart.inNewCluster([release]);
  cluster = quickstart.cluster;
  today = quickstart.synthesize(release).platform;
});

afterAll(() => cluster?.stop());

const nameOf = ({ kind, metadata }: Manifest) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;

async function takeBackAndDelete(): Promise<void> {
  const absent = quickstart.synthesize(release, DesiredState.ABSENT).platform;
  await quickstart.apply(absent);
  await quickstart.rolledOut();
  await cluster.kubectl.delete(absent);
}

describe('after the previous release of this library', () => {
  const revision = previousRevision();
  let previous: string;

  beforeAll(async () => {
    previous = quickstart.synthesizeBy((options) => synthesizeByPreviousRelease(revision, options), release);
    await quickstart.apply(previous);
    await quickstart.rolledOut();
    await quickstart.apply([quickstart.sandboxed(release, 'web')]);
    await quickstart.running('web');
  });

  test.each([
    { what: 'today\'s YAML', yaml: () => today },
    { what: 'the previous one, again', yaml: () => previous },
    { what: 'today\'s YAML, once more', yaml: () => today },
  ])('$what is applied without an error, to the same objects, and the node is ready again', async ({ what, yaml }) => {
    const web = await quickstart.identity('web');
    const daemonSets = () => cluster.kubectl.run('get', 'daemonsets', '--all-namespaces', '--output=jsonpath={.items[*].metadata.uid}');
    const before = await daemonSets();
    expect(before.split(' ').length).toBe(1);
    await timed(`${what} after ${revision.slice(0, 8)}: from kubectl apply until the DaemonSet is ready`, async () => {
      await quickstart.apply(yaml());
      await quickstart.rolledOut();
    });
    expect(await daemonSets()).toBe(before);
    expect(await quickstart.label()).toBe('ready');
    expect(await quickstart.holder()).toBeUndefined();
    expect(await quickstart.identity('web')).toEqual(web);
  });

  test('no object of it would be left behind', () => {
    const now = new Set(objectsOf(today).map(nameOf));
    expect(objectsOf(previous).map(nameOf).filter(name => !now.has(name))).toEqual([]);
  });

  afterAll(async () => {
    await cluster.kubectl.run('--namespace', 'team-a', 'delete', 'pod', 'web', '--timeout=60s');
    await takeBackAndDelete();
  });
});

describe('the objects converge when they are applied', () => {
  const rank = ({ kind }: Manifest) => ARGO_CD.includes(kind) ? ARGO_CD.indexOf(kind) : ARGO_CD.length;
  const each = async (objects: readonly Manifest[]) => {
    for (const object of objects) await quickstart.apply([object]);
  };

  afterEach(takeBackAndDelete);

  test('by kubectl, as they stand in the file', async () => {
    await timed('objects in the order of the file: until the DaemonSet is ready', () => quickstart.rollOut(release));
    expect(await quickstart.label()).toBe('ready');
  });

  test('by Argo CD, with slots, policy and class after the DaemonSet', async () => {
    await timed('objects in Argo CD\'s order: until the DaemonSet is ready', async () => {
      await each(objectsOf(today).sort((a, b) => rank(a) - rank(b)));
      await quickstart.rolledOut();
    });
    expect(await quickstart.label()).toBe('ready');
  });

  test('by somebody who brings the policy only when the installer has asked for it, which does nothing until then', async () => {
    const [known, others] = [true, false].map(early => objectsOf(today).filter(object => rank(object) < ARGO_CD.length === early));
    const tree = () => cluster.node.treeStamp('/etc/containerd');
    const before = tree();
    await each(known.sort((a, b) => rank(a) - rank(b)));
    await cluster.kubectl.until('the installer to ask for its policy', () => quickstart.describeInstaller(), text => text.includes('the token of this Pod is not fenced'));
    expect(await quickstart.label()).toBeUndefined();
    expect(tree()).toBe(before);
    await timed('objects in Argo CD\'s order with a pause before the policy: from its coming until the DaemonSet is ready', async () => {
      await each(others);
      await quickstart.rolledOut();
    });
    expect(await quickstart.label()).toBe('ready');
    figure('orders of kinds in which the objects converge', 3);
  });

  test('and nothing of the installer is left in the end', async () => {
    expect(await cluster.kubectl.run('get', 'daemonsets,leases,configmaps', '--namespace', PLATFORM_NAMESPACE, '--output=name')).toBe('');
    await quickstart.rollOut(release);
  });
});
