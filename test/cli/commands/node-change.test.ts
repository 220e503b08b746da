import { Chart, Duration } from 'cdk8s';
import { CrictlConfig, GVisorRelease, GVisorRuntime, KataRelease, KataRuntime, KataShim, KubeletSettings, NodeInstaller, type NodeInstallerProps, NodePlatform } from '../../../src';
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

  test('is not needed where crictl\'s configuration is left out, which is a mount of its own', () => {
    const { files, restart } = change({ crictl: new CrictlConfig() }, {});
    expect(files).toEqual(['leave /etc/crictl.yaml where it is: the installer no longer mounts it; put the settings back and set desiredState to ABSENT to have it taken back, or remove it by hand']);
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
      'on nodes that it selects from now on (kubernetes.io/os=linux, pool=b, kubernetes.io/arch in (amd64, arm64)): all downloads and files of it',
      'on nodes that it no longer selects (of kubernetes.io/os=linux, pool=a, kubernetes.io/arch in (amd64, arm64)): nothing is taken back; files and label stay, and the nodes still belong to it',
    ]);
    expect(restart).toBe(`none: the runtime tables stay as they are; on nodes that it selects from now on: containerd once per node (containerd.service), ${RESTARTED}`);
  });

  test('that is only wider or narrower does one of both', () => {
    expect(change(inPool('a'), {}).files).toEqual([expect.stringMatching(/^on nodes that it selects from now on/)]);
    expect(change({}, inPool('a')).files).toEqual([expect.stringMatching(/^on nodes that it no longer selects/)]);
  });
});

describe('other architectures', () => {
  const PLACE = ['spec', 'template', 'spec', 'affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution', 'nodeSelectorTerms'];
  /** The installer as its runtimes' releases make it, with an affinity to these. */
  const onlyOn = (...architectures: string[]): Manifests => {
    const manifests = installation();
    PLACE.reduce((value, key) => value[key], one(manifests, 'DaemonSet'))[0].matchExpressions[0].values = architectures;
    return manifests;
  };
  const anywhere = (): Manifests => {
    const manifests = installation();
    delete one(manifests, 'DaemonSet').spec.template.spec.affinity;
    return manifests;
  };

  test('than before leave the nodes of those that go as they are', () => {
    const [{ files, restart, ...others }, ...more] = changes(onlyOn('amd64', 'arm64'), onlyOn('amd64'));
    expect(more).toEqual([]);
    expect(others).toMatchObject({ change: 'changed' });
    expect(files).toEqual(['on nodes that it no longer selects (of kubernetes.io/os=linux, kubernetes.io/arch in (amd64, arm64)): nothing is taken back; files and label stay, and the nodes still belong to it']);
    expect(restart).toBe('none: the runtime tables stay as they are');
  });

  test('than before bring nodes that have nothing of it', () => {
    const [{ files, restart }] = changes(onlyOn('amd64'), onlyOn('amd64', 'arm64'));
    expect(files).toEqual(['on nodes that it selects from now on (kubernetes.io/os=linux, kubernetes.io/arch in (amd64, arm64)): all downloads and files of it']);
    expect(restart).toBe(`none: the runtime tables stay as they are; on nodes that it selects from now on: containerd once per node (containerd.service), ${RESTARTED}`);
  });

  test('are all where nothing asks for one', () => {
    expect(changes(onlyOn('amd64'), anywhere())[0].files).toEqual([expect.stringMatching(/^on nodes that it selects from now on \(kubernetes.io\/os=linux\)/)]);
    expect(changes(anywhere(), onlyOn('amd64'))[0].files).toEqual([expect.stringMatching(/^on nodes that it no longer selects \(of kubernetes.io\/os=linux\)/)]);
  });

  test('are the same where nodeSelector asks for what the affinity asked for', () => {
    expect(changes(onlyOn('amd64'), installation({ nodeSelector: { 'kubernetes.io/arch': 'amd64' } }))).toEqual([expect.objectContaining({ files: [] })]);
  });

  test('do not matter to one that takes everything back', () => {
    const taken = anywhere();
    editPlan(taken, (plan) => (plan.desiredState = 'ABSENT'));
    expect(changes(onlyOn('amd64'), taken)[0].files).toEqual(['take everything back once no Pod uses it']);
  });
});

describe('a pool that is split', () => {
  const whole = installation();
  const rest = (nodeSelector: Installation['nodeSelector']) => installation({ nodeSelector });
  const split = (nodeSelector: Installation['nodeSelector']) => installation({ chart: 'other', nodeSelector });
  const of = (all: NodeChange[], name: string) => all.find(({ installer }) => installer.startsWith(`sandbox-system/${name}-`))!;

  test('refuses another installer on the nodes that were the first one\'s, and is said with what to do', () => {
    const all = changes(whole, [...rest({ pool: 'a' }), ...split({ pool: 'b' })]);
    expect(of(all, 'sandbox').files).toEqual([expect.stringMatching(/^on nodes that it no longer selects/)]);
    expect(of(all, 'other')).toMatchObject({
      change: 'added',
      files: [
        expect.stringMatching(/^nothing on nodes that sandbox-system\/sandbox-\S+ no longer selects, where it takes nothing back: they still belong to it, refuse another one \("this node belongs to the installer sandbox-system\/sandbox-/),
        expect.stringMatching(/^to give them to another installer, set desiredState of sandbox-system\/sandbox-\S+ to ABSENT first \(DesiredState.absent\(\)\), while it still selects them, wait until its rollout is done, and only then apply both$/),
      ],
      restart: 'none, where the node refuses it',
    });
  });

  test('by the nodes\' architecture refuses as well', () => {
    const all = changes(whole, [...rest({ 'kubernetes.io/arch': 'amd64' }), ...split({ 'kubernetes.io/arch': 'arm64' })]);
    expect(of(all, 'other').restart).toBe('none, where the node refuses it');
  });

  test('refuses an installer that was there already', () => {
    const all = changes([...rest({ pool: 'a' }), ...split({ pool: 'b' })], [...rest({ pool: 'b' }), ...split({ pool: 'a' })]);
    for (const [name, other] of [['sandbox', 'other'], ['other', 'sandbox']]) {
      const { change: kind, files, restart } = of(all, name);
      expect(kind).toBe('changed');
      expect(files[0]).toContain(`nothing on nodes that sandbox-system/${other}-`);
      expect(files.join()).not.toContain('selects from now on');
      expect(restart).toBe('none: the runtime tables stay as they are');
    }
  });

  test.each<[string, Manifests, Manifests]>([
    ['on nodes that were nobody\'s', rest({ pool: 'a' }), [...rest({ pool: 'a', zone: '1' }), ...split({ pool: 'b' })]],
    ['on nodes of an architecture that the first one was never for', installation({ nodeSelector: { 'kubernetes.io/arch': 'amd64' } }),
      [...rest({ 'kubernetes.io/arch': 'amd64', 'pool': 'a' }), ...split({ 'kubernetes.io/arch': 'arm64' })]],
  ])('leaves a new installer alone %s', (_where, old, now) => {
    expect(of(changes(old, now), 'other').files).toContainEqual(expect.stringMatching(/^download gvisor/));
  });

  test('leaves a new installer alone once the first one has taken everything back', () => {
    const taken = installation();
    editPlan(taken, (plan) => (plan.desiredState = 'ABSENT'));
    expect(of(changes(taken, [...rest({ pool: 'a' }), ...split({ pool: 'b' })]), 'other').files).toContainEqual(expect.stringMatching(/^download gvisor/));
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
