import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { App, Chart } from 'cdk8s';
import { GVisorRuntime, NodeInstaller, PolicyMode, RuntimeClassPolicy, RuntimeProbe, SandboxedNamespace, SandboxRuntime } from '../../src';
import { BackgroundProcess } from '../cluster/background-process';
import { GVisorArchive, gvisorArchive } from '../node/gvisor-archive';
import { busyboxImage } from '../node/images';
import { gvisorReleaseOf } from '../node/synthesized-installer';
import { CONTROL_PLANE_ADDRESS } from '../real-cluster/cluster-network';
import type { Kubectl } from '../real-cluster/kubectl';
import { Quickstart } from '../real-cluster/quickstart';
import { PLATFORM_NAMESPACE, TEAM_NAMESPACE } from '../real-cluster/quickstart-app';
import { NODE } from '../real-cluster/real-cluster';
import { scratchFolder } from '../real-cluster/scratch-folder';
import { GVISOR_RELEASE } from '../toolchain';

/** Namespaces by what is asked of their Pods. */
const CLOSED = 'closed';
const REQUIRED = 'required';
const AUDITED = 'audited';

/** A class that says gVisor and leads to runc. */
const IN_NAME_ONLY = 'gvisor-of-others';

const image = busyboxImage().reference;
const OVERHEAD = { cpu: '50m', memory: '32Mi' };
/** Ends when it is told to. */
const COMMAND = ['sh', '-c', 'trap "exit 0" TERM; dmesg; while :; do sleep 3600 & wait $!; done'];

let quickstart: Quickstart;
let kubectl: Kubectl;
const probes: { [name in 'proven' | 'daily' | 'inNameOnly']?: string } = {};

beforeAll(async () => {
  const release = await gvisorArchive(GVISOR_RELEASE);
  quickstart = await Quickstart.inNewCluster([release]);
  ({ kubectl } = quickstart.cluster);
  await quickstart.apply([
    { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata: { name: IN_NAME_ONLY }, handler: 'runc' },
    ...[REQUIRED, AUDITED].map(name => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { policy: name } } })),
  ]);
  await kubectl.run('label', 'namespace', 'kube-system', `policy=${REQUIRED}`);
  await quickstart.apply(quickstart.synthesizeBy(({ mirror, image: installerImage }) => synthesize(mirror, installerImage, release), release));
  await quickstart.rolledOut();
  for (const namespace of [REQUIRED, AUDITED]) {
    await kubectl.until('the service account', () => kubectl.run('--namespace', namespace, 'get', 'serviceaccount', 'default'), () => true);
    const dryRun = () => run(namespace, 'early', '--dry-run=server', '--warnings-as-errors').then(() => '', ({ message }: Error) => message);
    await kubectl.until('the policy to be in force', dryRun, complaint => complaint.includes('runtime-class'));
  }
});

afterAll(() => quickstart?.cluster.stop());

function synthesize(artifactMirror: string, installerImage: string, archive: GVisorArchive): string {
  const app = new App();
  const platform = new Chart(app, 'sandbox', { namespace: PLATFORM_NAMESPACE });
  new NodeInstaller(platform, 'node-installer', { artifactMirror, image: installerImage });
  const gvisor = new GVisorRuntime(platform, 'gvisor', { release: gvisorReleaseOf(archive), overhead: OVERHEAD });

  new RuntimeClassPolicy(platform, 'closed', { runtimes: [gvisor], defaultRuntime: gvisor, kubernetesVersion: '1.36' });
  new RuntimeClassPolicy(platform, 'require', { runtimes: [gvisor], namespaceLabels: { policy: REQUIRED } });
  new RuntimeClassPolicy(platform, 'audit', { runtimes: [gvisor], namespaceLabels: { policy: AUDITED }, mode: PolicyMode.AUDIT });

  const closed = new Chart(app, 'closed', { namespace: CLOSED });
  new SandboxedNamespace(closed, 'namespace', { name: CLOSED, runtime: gvisor });
  probes.proven = new RuntimeProbe(closed, 'probe', { runtime: gvisor, image }).name;
  probes.daily = new RuntimeProbe(closed, 'daily', { runtime: gvisor, image, schedule: '0 6 * * *' }).name;

  const team = new Chart(app, 'team', { namespace: TEAM_NAMESPACE });
  probes.inNameOnly = new RuntimeProbe(team, 'probe', { runtime: SandboxRuntime.fromRuntimeClassName(team, 'others', IN_NAME_ONLY), image }).name;
  return app.synthYaml();
}

/** A Pod that names no class, as somebody makes it who knows nothing of sandboxes. */
function run(namespace: string, name: string, ...options: string[]): Promise<string> {
  return kubectl.run('--namespace', namespace, 'run', name, `--image=${image}`, ...options, '--command', '--', ...COMMAND);
}

async function running(namespace: string, name: string): Promise<any> {
  return kubectl.until(`Pod ${name} to run`, () => kubectl.get('--namespace', namespace, 'pod', name), ({ status }) => status.phase === 'Running');
}

const log = (namespace: string, what: string) => kubectl.run('--namespace', namespace, 'logs', what);

/** The condition that a Job ended with. */
function end({ status }: any): any {
  return status.conditions?.find((condition: any) => ['Complete', 'Failed'].includes(condition.type) && condition.status === 'True');
}

/** Waits for the end of a Job, and gives the condition that it ended with and its one Pod. */
async function ended(namespace: string, job: string): Promise<{ condition: any; pod: any }> {
  const object = await kubectl.until(`Job ${job} to end`, () => kubectl.get('--namespace', namespace, 'job', job), last => end(last) !== undefined);
  const { items } = await kubectl.get('--namespace', namespace, 'pods', `--selector=batch.kubernetes.io/job-name=${job}`);
  expect(items).toHaveLength(1);
  return { condition: end(object), pod: items[0] };
}

describe('a probe, run by the kubelet', () => {
  test('proves the sandbox, within all that a closed namespace forbids', async () => {
    const { condition, pod } = await ended(CLOSED, probes.proven!);
    expect(condition.type).toBe('Complete');
    expect(pod.spec).toMatchObject({ runtimeClassName: 'gvisor', overhead: OVERHEAD });
    const said = await log(CLOSED, `job/${probes.proven}`);
    process.stdout.write(`\nlog of the probe in gVisor:\n${said}\n`);
    expect(said).toMatch(new RegExp(`^RuntimeClass gvisor, node ${NODE}\nkernel: .*gvisor.*\nyes: `));
    expect(said).toMatch(/\nPROVEN: this container runs in gVisor\n$/);
  });

  test('proves it again when its time has come', async () => {
    await kubectl.run('--namespace', CLOSED, 'create', 'job', 'by-hand', `--from=cronjob/${probes.daily}`);
    expect((await ended(CLOSED, 'by-hand')).condition.type).toBe('Complete');
    expect(await log(CLOSED, 'job/by-hand')).toContain('PROVEN: this container runs in gVisor');
  });

  test('fails, once and with a reason, where the class leads to runc', async () => {
    const { condition, pod } = await ended(TEAM_NAMESPACE, probes.inNameOnly!);
    expect(condition).toMatchObject({ type: 'Failed', reason: 'BackoffLimitExceeded' });
    expect(pod.status.containerStatuses[0].state.terminated.exitCode).toBe(1);
    const said = await log(TEAM_NAMESPACE, `job/${probes.inNameOnly}`);
    process.stdout.write(`\nlog of the probe where the class leads to runc:\n${said}\n`);
    expect(said).toMatch(/\nNOT PROVEN: nothing here is of gVisor; the container runs on the kernel above, which may be the node's own\n$/);
  });
});

describe('where a sandbox is required', () => {
  test('kubectl says what is wrong with a Pod without one', async () => {
    await expect(run(REQUIRED, 'web')).rejects
      .toThrow(/Forbidden.*runtime-class: Pods of this namespace run in a sandbox, and this one has no runtimeClassName; write one of gvisor/);
  });

  test('a Deployment says in its events why it has no Pods', async () => {
    await kubectl.run('--namespace', REQUIRED, 'create', 'deployment', 'web', `--image=${image}`);
    const events = () => kubectl.get('--namespace', REQUIRED, 'events', '--field-selector=involvedObject.kind=ReplicaSet,reason=FailedCreate');
    const { items } = await kubectl.until('the event', events, list => list.items.length > 0);
    expect(items[0].message).toContain('write one of gvisor');
  });

  test('the Pods of kube-system are left alone, with its label too', async () => {
    await run('kube-system', 'web', '--overrides={"spec":{"hostNetwork":true,"terminationGracePeriodSeconds":1}}');
    expect((await running('kube-system', 'web')).spec.runtimeClassName).toBeUndefined();
    expect(await log('kube-system', 'web')).not.toContain('gVisor');
  });
});

test('where it is audited, kubectl warns, and the Pod runs without a sandbox', async () => {
  await expect(run(AUDITED, 'web', '--warnings-as-errors')).rejects.toThrow(/Warning: .*runtime-class: Pods of this namespace run in a sandbox/);
  expect((await running(AUDITED, 'web')).spec.runtimeClassName).toBeUndefined();
});

describe('where it is the default, a Pod that names none', () => {
  const container = { name: 'web', image, command: COMMAND, securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } };
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: CLOSED },
    spec: {
      terminationGracePeriodSeconds: 1,
      securityContext: { runAsNonRoot: true, runAsUser: 65534, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [container],
    },
  };

  test('runs in gVisor, with the overhead and the selector of the class', async () => {
    await quickstart.apply([pod]);
    const { scheduling: { nodeSelector } } = await kubectl.get('runtimeclass', 'gvisor');
    expect((await running(CLOSED, 'web')).spec).toMatchObject({ runtimeClassName: 'gvisor', overhead: OVERHEAD, nodeSelector });
    expect(await log(CLOSED, 'web')).toContain('Starting gVisor');
  });

  test('can be entered and debugged, by containers in the same sandbox', async () => {
    expect(await kubectl.exec(CLOSED, 'web', 'uname', '-r')).toContain('gvisor');
    await kubectl.run('--namespace', CLOSED, 'debug', 'web', `--image=${image}`, '--container=debug', '--profile=restricted', '--', 'dmesg');
    const said = () => kubectl.run('--namespace', CLOSED, 'logs', 'web', '--container=debug');
    // The log of gVisor's kernel has lines that each sandbox draws by lot.
    const debugged = await kubectl.until('the container of kubectl debug', said, text => text.includes('Ready!'));
    expect(debugged).toBe(await kubectl.exec(CLOSED, 'web', 'dmesg'));
  });

  test('has no token, and costs the quota its overhead too', async () => {
    const { spec } = await running(CLOSED, 'web');
    expect(spec.volumes).toBeUndefined();
    const [{ status }] = (await kubectl.get('--namespace', CLOSED, 'resourcequotas')).items;
    // 128Mi of the default limits, and 32Mi of the class.
    expect(status.used['requests.memory']).toBe('160Mi');
  });
});

/** What a web server answers to somebody on the node. */
function ask(address: string, port: number): string {
  const script = `exec 3<>/dev/tcp/${address}/${port} && printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3 && timeout 10 cat <&3 || true`;
  return quickstart.cluster.node.systemd.exec('bash', '-c', script);
}

/** What a Pod answers by its own address and by a port that kubectl forwards, and what kubectl says meanwhile. */
async function forwarded(runtimeClassName: string | undefined, port: number): Promise<{ direct: string; answer: string; kubectlSays: string }> {
  const name = `web-${port}`;
  const server = { name: 'web', image, command: ['busybox', 'httpd', '-f', '-p', '8080', '-h', '/bin'] };
  const spec = { runtimeClassName, terminationGracePeriodSeconds: 1, containers: [server] };
  await quickstart.apply([{ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: TEAM_NAMESPACE }, spec }]);
  const { status: { podIP } } = await running(TEAM_NAMESPACE, name);
  const direct = await kubectl.until('the Pod to answer', async () => ask(podIP, 8080), text => text !== '');
  const folder = scratchFolder('port-forward');
  const file = join(folder, 'log');
  const [command, ...args] = kubectl.commandLine('--namespace', TEAM_NAMESPACE, 'port-forward', '--address=0.0.0.0', `pod/${name}`, `${port}:8080`);
  const forwarding = new BackgroundProcess(command, args, file);
  try {
    const says = async () => readFileSync(file, 'utf8');
    await kubectl.until('kubectl to forward', says, text => text.includes('Forwarding from'));
    return { direct, answer: ask(CONTROL_PLANE_ADDRESS, port), kubectlSays: await says() };
  } finally {
    await forwarding.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

test('kubectl port-forward reaches a Pod of runc, and none in gVisor, which answers by its address', async () => {
  const served = expect.stringMatching(/^HTTP\/1/);
  expect(await forwarded(undefined, 18080)).toMatchObject({ direct: served, answer: served });
  expect(await forwarded('gvisor', 18081)).toMatchObject({ direct: served, answer: '', kubectlSays: expect.stringContaining('connection refused') });
});
