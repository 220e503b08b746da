import { Chart, Duration } from 'cdk8s';
import { GVisorRelease, GVisorRuntime, KataRelease, KataRuntime, KataShim, KubeletSettings, NodeInstaller, type NodeInstallerProps, NodePlatform } from '../../../src';
import { nodeChanges, type NodeChange } from '../../../src/cli/commands/node-change';
import { checkLineUp } from '../../../src/lineup/line-up';
import { editPlan, one, quickstart, synthesized, type Manifests } from '../../lineup/fixture';

interface Installation extends NodeInstallerProps {
  readonly chart?: string;
  readonly kata?: readonly KataShim[];
}

function installation({ chart: id = 'sandbox', kata = [], ...props }: Installation = {}): Manifests {
  return synthesized((app) => {
    const chart = new Chart(app, id, { namespace: 'sandbox-system' });
    const installer = new NodeInstaller(chart, 'installer', props);
    if (props.platform !== NodePlatform.CRIO) new GVisorRuntime(chart, 'gvisor', { release: GVisorRelease.V20261005_0, installers: [installer] });
    for (const shim of kata) new KataRuntime(chart, shim.name, { release: KataRelease.V4_2_0, shim, installers: [installer] });
  });
}

function changes(old: Manifests, now: Manifests): NodeChange[] {
  const [before, after] = [old, now].map((manifests) => checkLineUp(manifests, { judgeUnknownClasses: false }).index.installers);
  return nodeChanges(before, after);
}

/** Of the one installer. */
function change(old: Installation, now: Installation): NodeChange {
  const [only, ...others] = changes(installation(old), installation(now));
  expect(others).toEqual([]);
  return only;
}

const RESTARTED = 'if its configuration differs there; running containers go on';

describe('a restart', () => {
  test('is none where an option of the installer alone changes', () => {
    expect(change({}, { priorityClassName: 'system-node-critical' }).restart).toBe('none: the runtime tables stay as they are');
  });

  test('is needed by CRI-O for another handler, since it only lists what it reads after SIGHUP', () => {
    const platform = NodePlatform.CRIO;
    const kata = [KataShim.QEMU_RUNTIME_RS];
    const { restart } = change({ platform, kata }, { platform, kata: [...kata, KataShim.CLH_RUNTIME_RS] });
    expect(restart).toBe(`crio once per node (crio.service), ${RESTARTED}, and it waits for Pods whose shims the unit would end (KillMode)`);
  });

  test('is none of Docker, which reads its file again', () => {
    expect(change({ platform: NodePlatform.DOCKER }, { platform: NodePlatform.DOCKER, kata: [KataShim.QEMU_RUNTIME_RS] }).restart).toBe('none: docker reads its configuration again (SIGHUP)');
  });

  test('comes with another platform, whose files lie elsewhere', () => {
    const { files, restart } = change({}, { platform: NodePlatform.K3S });
    const folder = '/var/lib/rancher/k3s/agent/etc/containerd';
    expect(files).toEqual([
      `write ${folder}/config-v3.toml.d/sandbox-runtimes.toml or ${folder}/config.toml.d/sandbox-runtimes.toml (or a block in ${folder}/config-v3.toml.tmpl or ${folder}/config.toml.tmpl)`,
      'leave /etc/containerd/conf.d/sandbox-runtimes.toml (or a block in /etc/containerd/config.toml) where it is: the installer no longer mounts its folder',
    ]);
    expect(restart).toMatch(/^containerd once per node \(k3s\.service or k3s-agent\.service,/);
  });

  test.each<[string, NodePlatform, string]>([
    ['k3s', NodePlatform.K3S, 'containerd once per node (k3s.service or k3s-agent.service, and with it the kubelet, which is in the same service, on servers as well as the API server and etcd)'],
    ['k3s\' agents', NodePlatform.K3S_AGENT, 'containerd once per node (k3s-agent.service, and with it the kubelet, which is in the same service)'],
    ['MicroK8s', NodePlatform.MICROK8S, 'containerd once per node (snap.microk8s.daemon-containerd.service)'],
    ['k0s', NodePlatform.K0S, 'containerd once per node, by what watches its files'],
  ])('of %s is said with all that is in its service', (_what, platform, text) => {
    expect(change({ platform }, { platform, kata: [KataShim.QEMU_RUNTIME_RS] }).restart).toBe(`${text}, ${RESTARTED}`);
  });

  const settings = (minutes: number) => new KubeletSettings({ runtimeRequestTimeout: Duration.minutes(minutes) });
  test.each<[string, Installation, Installation]>([
    ['are new', {}, { kubelet: settings(15) }],
    ['change', { kubelet: settings(15) }, { kubelet: settings(16) }],
  ])('is one of the kubelet where its settings %s', (_what, old, now) => {
    expect(change(old, now).restart).toBe('the kubelet once per node (kubelet.service); Pods run on');
  });

  test('is not needed where the kubelet\'s settings are left out, which leaves them on the nodes', () => {
    const { files, restart } = change({ kubelet: settings(15) }, {});
    expect(files).toEqual([expect.stringMatching(/^leave \/etc\/systemd\/system\/kubelet\.service\.d\/90-sandbox-runtimes\.conf where it is: the installer no longer mounts its folder; put the settings back and set desiredState to ABSENT/)]);
    expect(restart).toBe('none: the runtime tables stay as they are');
  });

  test('is one for both where the kubelet is in the container runtime\'s service', () => {
    const platform = NodePlatform.K3S;
    const kubelet = new KubeletSettings({ unit: 'k3s.service', configDir: '/var/lib/rancher/k3s/agent/etc/kubelet.conf.d', runtimeRequestTimeout: Duration.minutes(15) });
    expect(change({ platform }, { platform, kubelet }).restart)
      .toMatch(/^containerd once per node \(k3s\.service or k3s-agent\.service, .*\), for the settings of the kubelet; running containers go on$/);
    expect(change({ platform }, { platform, kubelet, kata: [KataShim.QEMU_RUNTIME_RS] }).restart)
      .toMatch(/^containerd once per node .* go on; the settings of the kubelet come by the same restart$/);
  });

  test('takes everything back, the kubelet\'s settings as well', () => {
    const old = installation({ kubelet: settings(15) });
    const now = installation({ kubelet: settings(15) });
    editPlan(now, (plan) => (plan.desiredState = 'ABSENT'));
    const [{ files, restart }] = changes(old, now);
    expect(files).toEqual(['take everything back once no Pod uses it']);
    expect(restart).toBe(`containerd once per node (containerd.service), ${RESTARTED}; the kubelet once per node (kubelet.service); Pods run on`);
    expect(changes(now, old)).toEqual([expect.objectContaining({ files: expect.arrayContaining([expect.stringMatching(/^download gvisor/)]), restart })]);
  });
});

describe('another nodeSelector', () => {
  const inPool = (pool: string): Installation => ({ nodeSelector: { pool } });

  test('installs on the nodes that come, and leaves those that go as they are', () => {
    const { files, restart } = change(inPool('a'), inPool('b'));
    expect(files).toEqual([
      'on nodes that it selects from now on (kubernetes.io/os=linux, pool=b): all downloads and files of it',
      'on nodes that it no longer selects (of kubernetes.io/os=linux, pool=a): nothing is taken back; files and label stay, and the nodes still belong to it',
    ]);
    expect(restart).toBe(`none: the runtime tables stay as they are; on nodes that it selects from now on: containerd once per node (containerd.service), ${RESTARTED}`);
  });

  test('that is only wider or narrower does one of both', () => {
    expect(change(inPool('a'), {}).files).toEqual([expect.stringMatching(/^on nodes that it selects from now on/)]);
    expect(change({}, inPool('a')).files).toEqual([expect.stringMatching(/^on nodes that it no longer selects/)]);
  });
});

describe('another name', () => {
  test('is refused by the nodes, and said with what to do', () => {
    const [old, now] = changes(installation(), installation({ chart: 'other' }));
    const [added, removed] = old.change === 'added' ? [old, now] : [now, old];
    expect(removed).toMatchObject({ change: 'removed', files: [expect.stringContaining('set desiredState to ABSENT first, and wait')] });
    expect(added).toMatchObject({
      change: 'added',
      files: [
        expect.stringContaining(`refuse another one ("this node belongs to the installer ${removed.installer}")`),
        expect.stringContaining(`set desiredState of ${removed.installer} to ABSENT first (DesiredState.absent()), wait until its rollout is done`),
      ],
      restart: 'none, where the node refuses it',
    });
  });

  test('is as good as a new installer once the old one has taken everything back, or has other nodes', () => {
    const taken = installation();
    editPlan(taken, (plan) => (plan.desiredState = 'ABSENT'));
    for (const [old, now] of [
      [taken, installation({ chart: 'other' })],
      [installation({ nodeSelector: { pool: 'a' } }), installation({ chart: 'other', nodeSelector: { pool: 'b' } })],
    ]) {
      expect(changes(old, now)).toContainEqual(expect.objectContaining({ change: 'added', files: expect.arrayContaining([expect.stringMatching(/^download gvisor/)]) }));
    }
  });

  test('of the namespace is the same', () => {
    const moved = JSON.parse(JSON.stringify(quickstart()).replaceAll('sandbox-system', 'other-system'));
    expect(one(moved, 'DaemonSet').metadata.namespace).toBe('other-system');
    expect(changes(quickstart(), moved)).toContainEqual(expect.objectContaining({ change: 'added', restart: 'none, where the node refuses it' }));
  });
});
