import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration } from 'cdk8s';
import { CrictlConfig, KubeletSettings, type KubeletSettingsProps, NodeRestart } from '../../src';
import { CRICTL_CONFIG_FILE } from '../../src/platform/crictl-config';
import { ArtifactMirror } from '../node/artifact-mirror';
import { GVisorArchive, gvisorArchive } from '../node/gvisor-archive';
import { nodeImage, pauseImage } from '../node/images';
import { AgentRun, Manifest, runInstall } from '../node/installer-run';
import { synthesizeInstaller, takingBack, withKubeletFile } from '../node/synthesized-installer';
import { CONTAINERD_UNIT, ContainerdUnit } from '../systemd/containerd-unit';
import { GVISOR_RELEASE } from '../toolchain';

const KUBELET = '/usr/local/bin/kubelet';
const UNIT_FILE = '/etc/systemd/system/kubelet.service';
const SYSTEMD_FOLDER = '/etc/systemd/system/kubelet.service.d';
const CONFIG_FOLDER = '/etc/kubernetes/kubelet.conf.d';
const ENVIRONMENT_FILE = '/etc/default/kubelet';
/** Where the stand-in says what it has taken. */
const TAKEN = '/run/kubelet-timeout';

let mirror: ArtifactMirror;
let release: GVisorArchive;
let node: ContainerdUnit;
let image: string;

beforeAll(async () => {
  mirror = await ArtifactMirror.start();
  release = await gvisorArchive(GVISOR_RELEASE);
  mirror.serve(release);
  const nodejs = nodeImage();
  image = nodejs.reference;
  node = await ContainerdUnit.start([pauseImage(), nodejs]);
  node.write(KUBELET, readFileSync(join(__dirname, '../node/kubelet-stand-in.sh')));
  node.exec('chmod', '755', KUBELET);
  node.write('/var/lib/kubelet/config.yaml', 'kind: KubeletConfiguration\n');
});

afterAll(async () => {
  await mirror?.stop();
  await node?.stop();
});

/** A kubelet as a service that is started again when it ends, with these arguments. */
function startKubelet(args: string): void {
  node.write(UNIT_FILE, `[Service]\nEnvironmentFile=-${ENVIRONMENT_FILE}\nExecStart=${KUBELET} ${args}\nRestart=always\nRestartSec=1\n`);
  node.write(`${SYSTEMD_FOLDER}/10-kubeadm.conf`, '[Service]\nEnvironment="KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml"\n');
  node.write(ENVIRONMENT_FILE, 'KUBELET_EXTRA_ARGS=\n');
  node.exec('systemctl', 'daemon-reload');
  node.exec('systemctl', 'restart', 'kubelet.service');
}

function installer(props: Partial<KubeletSettingsProps> = {}, minutes = 15): Manifest[] {
  const kubelet = new KubeletSettings({ runtimeRequestTimeout: Duration.minutes(minutes), environmentFiles: [ENVIRONMENT_FILE], ...props });
  return synthesizeInstaller(mirror, release, NodeRestart.systemd(CONTAINERD_UNIT), { kubelet, crictl: new CrictlConfig() });
}

function install(manifests: Manifest[]): Promise<AgentRun> {
  return runInstall(node, manifests, image);
}

function processOf(unit: string): number {
  return Number(node.exec('systemctl', 'show', '--property=MainPID', '--value', unit));
}

/** Bytes of all that the settings could change. */
function settings(): string {
  return node.exec('sh', '-c', `grep -r '' ${SYSTEMD_FOLDER} ${CONFIG_FOLDER} ${CRICTL_CONFIG_FILE} 2>/dev/null | sort`);
}

describe.each<[string, string, Partial<KubeletSettingsProps>, string]>([
  ['a systemd drop-in', '$KUBELET_CONFIG_ARGS $KUBELET_EXTRA_ARGS', {}, `${SYSTEMD_FOLDER}/90-sandbox-runtimes.conf`],
  ['a folder of drop-ins', `--config-dir=${CONFIG_FOLDER} $KUBELET_EXTRA_ARGS`, { configDir: CONFIG_FOLDER }, `${CONFIG_FOLDER}/90-sandbox-runtimes.conf`],
])('a stand-in for a kubelet that is told by %s', (_, args, props, file) => {
  let before: string;

  beforeAll(() => {
    node.exec('mkdir', '-p', CONFIG_FOLDER);
    startKubelet(args);
    before = settings();
  });

  test('is restarted once, and has taken the settings', async () => {
    const kubelet = processOf('kubelet.service');
    const run = await install(installer(props));
    run.requireReady('runsc');
    expect(run.log).toMatch(/restart: kubelet\.service: runs again/);
    expect(processOf('kubelet.service')).not.toBe(kubelet);
    expect(node.read(TAKEN)).toBe('15m\n');
    expect(node.read(CRICTL_CONFIG_FILE)).toContain('runtime-endpoint: "unix:///run/containerd/containerd.sock"');
  });

  test('is left alone by a second run', async () => {
    const [kubelet, containerd] = [processOf('kubelet.service'), processOf(CONTAINERD_UNIT)];
    (await install(installer(props))).requireReady('runsc');
    expect([processOf('kubelet.service'), processOf(CONTAINERD_UNIT)]).toEqual([kubelet, containerd]);
  });

  test('is restarted with other settings, without a restart of containerd', async () => {
    const containerd = processOf(CONTAINERD_UNIT);
    (await install(installer(props, 20))).requireReady('runsc');
    expect(node.read(TAKEN)).toBe('20m\n');
    expect(processOf(CONTAINERD_UNIT)).toBe(containerd);
  });

  test('runs with its old settings again after some with which it ends', async () => {
    const [file0, containerd] = [node.read(file), processOf(CONTAINERD_UNIT)];
    const run = await install(withKubeletFile(installer(props), (content) => content.replace('15m', 'soon')));
    expect(run.exitCode).toBe(1);
    expect(run.log).toMatch(/kubelet\.service .*ended/);
    expect(run.log).toMatch(/take back: .*90-sandbox-runtimes\.conf: as before/);
    expect(node.read(file)).toBe(file0);
    expect(node.read(TAKEN)).toBe('20m\n');
    expect(node.exec('systemctl', 'is-active', 'kubelet.service').trim()).toBe('active');
    expect(processOf(CONTAINERD_UNIT)).toBe(containerd);
  });

  test('is not restarted while a flag of old times stands in its environment file', async () => {
    node.write(ENVIRONMENT_FILE, 'KUBELET_EXTRA_ARGS=--network-plugin=cni\n');
    const [kubelet, file0] = [processOf('kubelet.service'), settings()];
    const run = await install(installer(props));
    expect(run.handler('runsc')).toMatchObject({
      verdict: 'failed', step: 'preflight', reason: expect.stringContaining(`${ENVIRONMENT_FILE} has --network-plugin, removed in Kubernetes 1.24`),
    });
    expect([processOf('kubelet.service'), settings()]).toEqual([kubelet, file0]);
    node.write(ENVIRONMENT_FILE, 'KUBELET_EXTRA_ARGS=\n');
  });

  test('has everything taken back, byte for byte', async () => {
    expect((await install(takingBack(installer(props)))).log).toContain('everything was taken back');
    expect(settings()).toBe(before);
    expect(node.read(TAKEN)).toBe('2m\n');
  });
});

test('a unit that does not use the variable is refused before the first write', async () => {
  startKubelet('--config=/var/lib/kubelet/config.yaml');
  const [kubelet, before] = [processOf('kubelet.service'), settings()];
  const run = await install(installer());
  expect(run.handler('runsc').reason).toContain('kubelet.service does not use $KUBELET_CONFIG_ARGS');
  expect(run.log).not.toMatch(/^write: /m);
  expect([processOf('kubelet.service'), settings()]).toEqual([kubelet, before]);
});
