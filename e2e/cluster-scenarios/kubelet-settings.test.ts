import { Duration } from 'cdk8s';
import { KubeletSettings, type KubeletSettingsProps } from '../../src';
import { GVisorArchive, gvisorArchive } from '../node/gvisor-archive';
import { withKubeletFile } from '../node/synthesized-installer';
import { NODE_ADDRESS } from '../real-cluster/cluster-network';
import { timed } from '../real-cluster/figures';
import { objectsOf, PodIdentity, Quickstart } from '../real-cluster/quickstart';
import { NODE, RealCluster } from '../real-cluster/real-cluster';
import { CONTAINERD_UNIT } from '../systemd/containerd-unit';
import { GVISOR_RELEASE } from '../toolchain';

const KUBELET_UNIT = 'kubelet.service';
const UNIT_FOLDER = `/etc/systemd/system/${KUBELET_UNIT}.d`;
const CONFIG_FILE = '/etc/kubernetes/kubelet.yaml';
const CONFIG_FOLDER = '/etc/kubernetes/kubelet.conf.d';
const ENVIRONMENT_FILE = '/etc/default/kubelet';

let cluster: RealCluster;
let quickstart: Quickstart;
let release: GVisorArchive;
let plain: PodIdentity;

beforeAll(async () => {
  release = await gvisorArchive(GVISOR_RELEASE);
  quickstart = await Quickstart.inNewCluster([release]);
  cluster = quickstart.cluster;
  plain = await quickstart.identity('plain');
  cluster.node.systemd.write(ENVIRONMENT_FILE, 'KUBELET_EXTRA_ARGS=\n');
});

afterEach(() => cluster.node.systemd.write(ENVIRONMENT_FILE, 'KUBELET_EXTRA_ARGS=\n'));
afterAll(() => cluster?.stop());

function settings(props: Partial<KubeletSettingsProps>, minutes = 15): KubeletSettings {
  return new KubeletSettings({ runtimeRequestTimeout: Duration.minutes(minutes), environmentFiles: [ENVIRONMENT_FILE], ...props });
}

function platform(kubelet: KubeletSettings): string {
  return quickstart.synthesize(release, undefined, undefined, kubelet).platform;
}

/** Starts the node's kubelet with these arguments, as kubeadm's package would. */
async function startKubelet(args: string): Promise<void> {
  const { systemd } = cluster.node;
  const own = `--kubeconfig=/etc/kubernetes/kubelet.kubeconfig --hostname-override=${NODE} --node-ip=${NODE_ADDRESS}`;
  systemd.write(`${UNIT_FOLDER}/10-kubeadm.conf`, [
    '[Service]', `Environment="KUBELET_CONFIG_ARGS=--config=${CONFIG_FILE}"`, `EnvironmentFile=-${ENVIRONMENT_FILE}`,
    'ExecStart=', `ExecStart=/usr/local/bin/kubelet ${own} ${args} $KUBELET_EXTRA_ARGS`, '',
  ].join('\n'));
  systemd.exec('mkdir', '-p', CONFIG_FOLDER);
  systemd.exec('systemctl', 'daemon-reload');
  systemd.exec('systemctl', 'restart', KUBELET_UNIT);
  await cluster.nodeReady();
}

function processOf(unit: string): string {
  return cluster.node.systemd.exec('systemctl', 'show', '--property=MainPID', '--value', unit).trim();
}

/** How many processes of the kubelet have said something so far. */
function starts(): number {
  const script = `journalctl --no-pager --unit ${KUBELET_UNIT} | grep -o 'kubelet\\[[0-9]*\\]' | sort -u | wc -l`;
  return Number(cluster.node.systemd.exec('sh', '-c', script));
}

/** What the running kubelet itself says of its timeout. */
async function timeout(): Promise<string> {
  const answer = await cluster.kubectl.until('the kubelet\'s configuration', () => cluster.kubectl.run('get', '--raw', `/api/v1/nodes/${NODE}/proxy/configz`), () => true);
  return JSON.parse(answer).kubeletconfig.runtimeRequestTimeout;
}

async function refusal(text: RegExp): Promise<void> {
  await cluster.kubectl.until(`the message ${text}`, () => quickstart.describeInstaller(), description => text.test(description));
  await quickstart.waitForLabel('failed');
}

test('settings for a unit that would not see them are refused, and the kubelet runs on', async () => {
  const [kubelet, containerd] = [processOf(KUBELET_UNIT), processOf(CONTAINERD_UNIT)];
  await quickstart.apply(platform(settings({ configFile: CONFIG_FILE })));
  await refusal(/runsc failed at preflight: kubelet\.service does not use \$KUBELET_CONFIG_ARGS/);
  expect([processOf(KUBELET_UNIT), processOf(CONTAINERD_UNIT)]).toEqual([kubelet, containerd]);
});

test('a flag that this kubelet no longer has is found in a file, before a restart would show it', async () => {
  await startKubelet('$KUBELET_CONFIG_ARGS');
  cluster.node.systemd.write(ENVIRONMENT_FILE, 'KUBELET_EXTRA_ARGS=--pod-infra-container-image=registry.k8s.io/pause:3.10\n');
  const kubelet = processOf(KUBELET_UNIT);
  await quickstart.apply(platform(settings({ configFile: CONFIG_FILE }, 14)));
  await refusal(/\/etc\/default\/kubelet has --pod-infra-container-image, removed in Kubernetes 1\.35/);
  expect(processOf(KUBELET_UNIT)).toBe(kubelet);
});

test('a systemd drop-in is read after one restart, and the kubelet says so', async () => {
  const before = starts();
  await timed('kubelet settings: from kubectl apply until the DaemonSet is ready', async () => {
    await quickstart.apply(platform(settings({ configFile: CONFIG_FILE })));
    await quickstart.rolledOut();
  });
  expect(await quickstart.label()).toBe('ready');
  expect(starts()).toBe(before + 1);
  expect(await timeout()).toBe('15m0s');
  expect(await quickstart.log('install')).toMatch(/validate: .*90-sandbox-runtimes\.conf: the kubelet takes these arguments/);
});

test('arguments that this kubelet would not take are found before they are written', async () => {
  const kubelet = processOf(KUBELET_UNIT);
  const bad = withKubeletFile(objectsOf(platform(settings({ configFile: CONFIG_FILE }))), content => content.replace('=15m', '=soon'));
  await quickstart.apply(bad);
  await cluster.kubectl.until('the complaint', () => quickstart.describeInstaller(), text => /would not start with .*invalid argument "soon"/.test(text));
  expect(processOf(KUBELET_UNIT)).toBe(kubelet);
  await quickstart.apply(platform(settings({ configFile: CONFIG_FILE })));
  await quickstart.rolledOut();
  expect(processOf(KUBELET_UNIT)).toBe(kubelet);
});

test('a KubeletConfiguration with which the kubelet ends is taken back, and the kubelet runs as before', async () => {
  await startKubelet(`--config=${CONFIG_FILE} --config-dir=${CONFIG_FOLDER}`);
  const good = platform(settings({ configDir: CONFIG_FOLDER }, 20));
  const bad = withKubeletFile(objectsOf(good), content => content.replace('20m', 'soon'));
  await quickstart.apply(bad);
  await cluster.kubectl.until('the old settings', () => quickstart.describeInstaller(), text => /Message: .*kubelet\.service .*ended.* are as before/s.test(text));
  await cluster.nodeReady();
  expect(await timeout()).toBe('2m0s');

  await timed('good settings after bad ones: until the DaemonSet is ready', async () => {
    await quickstart.apply(good);
    await quickstart.rolledOut();
  });
  expect(await timeout()).toBe('20m0s');
  expect(await quickstart.label()).toBe('ready');
});

test('Pods that ran before are the same all along', async () => {
  expect(await quickstart.identity('plain')).toEqual(plain);
});
