import { setTimeout as sleep } from 'node:timers/promises';
import { App, Chart } from 'cdk8s';
import { parseAllDocuments } from 'yaml';
import { CompatibilityRule, PolicyMode, RuntimeClassPolicy, SandboxRuntime, type ISandboxRuntime, type RuntimeClassPolicyProps } from '../../src';
import { checkLineUp } from '../../src/lineup/line-up';
import { EXCEPTION_PREFIX } from '../../src/lineup/pod-exceptions';
import { CASES, defineRuntimes, podOf, type PodCase } from '../../test/lineup/rules/pods/cases';
import { apiCall, type ApiAnswer } from '../cluster/api-call';
import { ControlPlane } from '../cluster/control-plane';

const ADMISSION = '/apis/admissionregistration.k8s.io/v1';
const COLLECTIONS: { readonly [kind: string]: string } = {
  Namespace: '/api/v1/namespaces',
  RuntimeClass: '/apis/node.k8s.io/v1/runtimeclasses',
  ValidatingAdmissionPolicy: `${ADMISSION}/validatingadmissionpolicies`,
  ValidatingAdmissionPolicyBinding: `${ADMISSION}/validatingadmissionpolicybindings`,
  MutatingAdmissionPolicy: `${ADMISSION}/mutatingadmissionpolicies`,
  MutatingAdmissionPolicyBinding: `${ADMISSION}/mutatingadmissionpolicybindings`,
};

let plane: ControlPlane;
let manifests: any[];

beforeAll(async () => {
  plane = await ControlPlane.start();
  const app = new App();
  defineRuntimes(app);
  const runtimes = app.node.findAll().filter((construct): construct is SandboxRuntime => construct instanceof SandboxRuntime);
  policy(app, 'require', runtimes, {});
  policy(app, 'audit', runtimes, { mode: PolicyMode.AUDIT });
  policy(app, 'except', runtimes, { honoredExceptions: [CompatibilityRule.HOST_PID] });
  policy(app, 'default', runtimes, { defaultRuntime: runtimes.find(({ runtimeClassName }) => runtimeClassName === 'kata'), kubernetesVersion: '1.36' });
  manifests = parseAllDocuments(app.synthYaml()).map((document) => document.toJS());
  for (const manifest of manifests.filter(({ kind, metadata }) => kind in COLLECTIONS && metadata.name !== 'sandbox-system' && !metadata.name.startsWith('sandbox-system.'))) {
    await apply(manifest);
  }
  for (const name of ['require', 'audit', 'except', 'default', 'elsewhere']) {
    await namespace(name, name === 'elsewhere' ? {} : { team: name });
  }
  await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system', labels: { team: 'require' } } });
  await serviceAccount('kube-system');
  await until(async () => (await create('require', podOf({}, 'gvisor', 'early'), { class: undefined })).status === 403);
  await until(async () => (await create('except', podOf({}, 'gvisor', 'early'), { class: undefined })).status === 403);
  await until(async () => (await create('default', podOf({}, 'gvisor', 'early'), { class: undefined })).object?.spec?.runtimeClassName === 'kata');
});

afterAll(async () => plane?.stop());

function policy(app: App, name: string, runtimes: ISandboxRuntime[], props: Partial<RuntimeClassPolicyProps>): void {
  new RuntimeClassPolicy(new Chart(app, name), 'policy', { runtimes, namespaceLabels: { team: name }, ...props });
}

async function apply(manifest: any): Promise<void> {
  await plane.adminClient.apply(`${COLLECTIONS[manifest.kind]}/${manifest.metadata.name}`, manifest, 'user');
}

async function namespace(name: string, labels: object): Promise<void> {
  await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
  await serviceAccount(name);
}

/** No controller runs here that would make it. */
async function serviceAccount(name: string): Promise<void> {
  await plane.adminClient.apply(`/api/v1/namespaces/${name}/serviceaccounts/default`,
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: name } } as any, 'user');
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 20_000; !await condition();) {
    if (Date.now() > deadline) throw new Error('the policies were not in force after 20 s');
    await sleep(50);
  }
}

interface CreateOptions {
  /** Absent: the Pod names none. */
  readonly class?: string;
  readonly keep?: boolean;
}

/** What the API server says to a Pod; it is not kept unless that is asked for. */
async function create(where: string, pod: any, options: CreateOptions = { class: pod.spec.runtimeClassName }): Promise<ApiAnswer> {
  const { runtimeClassName: _, ...spec } = pod.spec;
  const named = options.class === undefined ? {} : { runtimeClassName: options.class };
  const body = { ...pod, metadata: { ...pod.metadata, namespace: where }, spec: { ...named, ...spec } };
  return apiCall(plane.admin, 'POST', `/api/v1/namespaces/${where}/pods${options.keep ? '' : '?dryRun=All'}`, { body });
}

const cases = CASES.flatMap(({ rule, on, breaks, keeps }) => (
  [...breaks, ...keeps].filter(({ refused }) => !refused).map((one) => ({ rule, on, one }))
));

test('there are enough Pods to compare', () => {
  expect(cases.length).toBeGreaterThanOrEqual(150);
});

test('for every Pod, the verdict at synth is the verdict of the API server', async () => {
  const different: string[] = [];
  let denied = 0;
  for (const { rule, on, one } of cases) {
    const pod = podOf(one, on);
    const errors = checkLineUp([...manifests, pod]).findings.filter(({ severity }) => severity === 'error');
    const { status, message } = await create('require', pod);
    denied += status === 201 ? 0 : 1;
    if (errors.length > 0 !== (status === 403) || (status !== 201 && status !== 403)) {
      different.push(`${rule} on ${on}: ${JSON.stringify(one)}: synth ${errors.map(({ rule: id }) => id).join(', ') || 'accepts'}, API server ${status} ${status === 201 ? '' : message}`);
    }
  }
  console.log(`${cases.length} Pods: ${denied} refused and ${cases.length - denied} accepted by both, ${different.length} judged differently`);
  expect(different).toEqual([]);
});

test('a refusal names the rule, the reason and what to write instead', async () => {
  const { message } = await create('require', podOf({ spec: { hostNetwork: true } }, 'gvisor'));
  expect(message).toContain('host-network: on this RuntimeClass the sandbox never enters the network of the host');
  expect(message).toContain('; leave it out, set network: RunscNetwork.HOST');
});

test('a Pod without a RuntimeClass, or with another one, is refused', async () => {
  await apply({ apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata: { name: 'plain' }, handler: 'runc' });
  await until(async () => (await create('elsewhere', podOf({}, 'plain'))).status === 201);
  expect((await create('require', podOf({}, 'plain'))).message).toContain('this one has runtimeClassName "plain"; write one of gvisor, open, strict, kata, kata-fc');
  expect((await create('require', podOf({}, 'gvisor'), { class: undefined })).message).toContain('this one has no runtimeClassName; write one of');
});

test('what is refused cannot be added to a Pod that runs', async () => {
  const running = podOf({}, 'open', 'running');
  expect((await create('require', running, { class: 'open', keep: true })).status).toBe(201);
  const path = '/api/v1/namespaces/require/pods/running';
  const patch = async (body: object, below = '') => apiCall(plane.admin, 'PATCH', path + below, { body, contentType: 'application/strategic-merge-patch+json' });

  expect((await patch({ metadata: { annotations: { 'dev.gvisor.flag.host-uds': 'all' } } })).message).toContain('dangerous-annotation');
  expect((await patch({ metadata: { labels: { any: 'label' } } })).status).toBe(200);
  const ephemeral = (securityContext: object) => patch({ spec: { ephemeralContainers: [{ name: 'debug', image: 'busybox', securityContext }] } }, '/ephemeralcontainers');
  expect((await ephemeral({ seLinuxOptions: { type: 'spc_t' } })).message).toContain('selinux-options');
  expect((await ephemeral({})).status).toBe(200);
});

test('a Pod from before the policy can be labelled and deleted', async () => {
  await namespace('old', {});
  expect((await create('old', podOf({ spec: { hostPID: true } }, 'gvisor', 'old'), { class: 'gvisor', keep: true })).status).toBe(201);
  await namespace('old', { team: 'require' });
  await until(async () => (await create('old', podOf({}, 'gvisor'), { class: undefined })).status === 403);
  const path = '/api/v1/namespaces/old/pods/old';
  expect((await apiCall(plane.admin, 'PATCH', path, { body: { metadata: { labels: { a: 'b' } } }, contentType: 'application/merge-patch+json' })).status).toBe(200);
  expect((await apiCall(plane.admin, 'DELETE', path)).status).toBe(200);
});

test('kube-system and namespaces without the label are left alone', async () => {
  const open: PodCase = { spec: { hostNetwork: true, hostPID: true, priorityClassName: 'system-node-critical' }, volumes: [{ name: 'host', hostPath: { path: '/' } }] };
  for (const where of ['kube-system', 'elsewhere']) {
    const { status, object } = await create(where, podOf(open, 'gvisor'), { class: undefined });
    expect([where, status]).toEqual([where, 201]);
    expect(object.spec.runtimeClassName).toBeUndefined();
  }
});

test('an audit lets everything through', async () => {
  expect((await create('audit', podOf({ spec: { hostPID: true } }, 'gvisor'), { class: undefined })).status).toBe(201);
});

test('an exception counts only where the policy honours it', async () => {
  const excepted = podOf({ spec: { hostPID: true }, annotations: { [`${EXCEPTION_PREFIX}host-pid`]: 'why' } }, 'gvisor');
  expect((await create('except', excepted)).status).toBe(201);
  expect((await create('require', excepted)).message).toContain('host-pid');
  expect((await create('except', podOf({ spec: { hostPID: true } }, 'gvisor'))).message).toContain('host-pid');
});

describe('a default runtime', () => {
  test('is given to a Pod without one, with the overhead and the scheduling of its class', async () => {
    const { overhead, scheduling } = manifests.find(({ kind, metadata }) => kind === 'RuntimeClass' && metadata.name === 'kata');
    const { status, object } = await create('default', podOf({}, 'kata'), { class: undefined });
    expect(status).toBe(201);
    expect(object.spec).toMatchObject({ runtimeClassName: 'kata', overhead: overhead.podFixed, nodeSelector: scheduling.nodeSelector });
  });

  test('leaves alone who names a runtime', async () => {
    expect((await create('default', podOf({}, 'gvisor'))).object.spec.runtimeClassName).toBe('gvisor');
  });

  test('is given to no Pod on the network of the host, which is then refused', async () => {
    expect((await create('default', podOf({ spec: { hostNetwork: true } }, 'kata'), { class: undefined })).message).toContain('this one has no runtimeClassName');
  });

  test('is no way around the rules', async () => {
    expect((await create('default', podOf({ volumes: [{ name: 'host', hostPath: { path: '/var/run/docker.sock' } }] }, 'kata'), { class: undefined })).message).toContain('runtime-socket');
  });
});
