import { ApiObject, Chart, Testing, type App } from 'cdk8s';
import { stringify } from 'yaml';
import {
  CompatibilityRule, GVisorRelease, GVisorRuntime, PolicyMode, RunscNetwork, RuntimeClassPolicy, SandboxRuntime,
  type ISandboxRuntime, type RuntimeClassPolicyProps,
} from '../../src';

jest.mock('../../src/installer/agent-program', () => ({ agentProgram: () => 'console.log("the agent");\n' }));

function setUp() {
  const app = Testing.app();
  const platform = new Chart(app, 'platform', { namespace: 'sandbox-system' });
  const gvisor = new GVisorRuntime(platform, 'gvisor', { release: GVisorRelease.V20261005_0 });
  return { app, platform, gvisor };
}

function policy(app: App, runtimes: ISandboxRuntime[], props: Partial<RuntimeClassPolicyProps> = {}): any[] {
  const chart = new Chart(app, 'rules', { namespace: 'sandbox-system' });
  new RuntimeClassPolicy(chart, 'policy', { runtimes, ...props });
  return Testing.synth(chart);
}

const ofKind = (objects: any[], kind: string) => objects.find((object) => object.kind === kind);

test('a policy and its binding, of stable names, without a namespace', () => {
  const { app, gvisor } = setUp();
  const objects = policy(app, [gvisor]);
  expect(objects.map(({ kind, metadata }) => [kind, metadata])).toEqual([
    ['ValidatingAdmissionPolicy', { name: 'sandbox-system.rules-policy' }],
    ['ValidatingAdmissionPolicyBinding', { name: 'sandbox-system.rules-policy' }],
  ]);
});

test('the YAML that a person reads', () => {
  const { app, gvisor } = setUp();
  expect(policy(app, [gvisor]).map((object) => stringify(object, { lineWidth: 150 })).join('---\n')).toMatchSnapshot();
});

test('the rules follow the options of the runtime', () => {
  const { app, platform, gvisor } = setUp();
  const host = new GVisorRuntime(platform, 'host', { release: GVisorRelease.V20261005_0, handler: 'runsc-host', runtimeClassName: 'gvisor-host', network: RunscNetwork.HOST });
  const { validations } = ofKind(policy(app, [gvisor, host]), 'ValidatingAdmissionPolicy').spec;
  const of = (rule: string) => validations.find(({ message }: any) => message?.startsWith(`${rule}:`)).expression;
  expect(of('host-network')).toMatch(/^!\(variables\.class in \["gvisor"\]\)/);
  expect(of('host-pid')).toMatch(/^!\(variables\.class in \["gvisor", "gvisor-host"\]\)/);
});

test('a class of somebody else is judged by what its name says, and one that says nothing is only allowed', () => {
  const app = Testing.app();
  const chart = new Chart(app, 'team');
  const names = ['gvisor', 'edera'].map((name) => SandboxRuntime.fromRuntimeClassName(chart, name, name));
  const { validations } = ofKind(policy(app, names), 'ValidatingAdmissionPolicy').spec;
  expect(validations[0].expression).toBe('variables.class in ["gvisor", "edera"]');
  expect(JSON.stringify(validations.slice(1))).not.toContain('edera');
});

test('an audit warns and refuses nothing', () => {
  const { app, gvisor } = setUp();
  expect(ofKind(policy(app, [gvisor], { mode: PolicyMode.AUDIT }), 'ValidatingAdmissionPolicyBinding').spec.validationActions).toEqual(['Warn', 'Audit']);
});

test('the cluster and the installers are always left out', () => {
  const { app, gvisor } = setUp();
  const { namespaceSelector } = ofKind(policy(app, [gvisor]), 'ValidatingAdmissionPolicy').spec.matchConstraints;
  expect(namespaceSelector).toEqual({
    matchLabels: { 'sandbox-runtimes/sandbox': 'required' },
    matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['kube-system', 'kube-public', 'kube-node-lease', 'sandbox-system'] }],
  });
});

test('an honoured exception stands before its rule and no other', () => {
  const { app, gvisor } = setUp();
  const { validations } = ofKind(policy(app, [gvisor], { honoredExceptions: [CompatibilityRule.HOST_PID] }), 'ValidatingAdmissionPolicy').spec;
  expect(validations.filter(({ expression }: any) => expression.includes('except.sandbox-runtimes/')).map(({ message }: any) => message.split(':')[0])).toEqual(['host-pid']);
});

test('a default is given before it is required, and says nothing about overhead', () => {
  const { app, gvisor } = setUp();
  const objects = policy(app, [gvisor], { defaultRuntime: gvisor, kubernetesVersion: '1.36' });
  expect(objects.map(({ kind }) => kind)).toEqual([
    'MutatingAdmissionPolicy', 'MutatingAdmissionPolicyBinding', 'ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding',
  ]);
  expect(objects[0].spec.mutations).toEqual([
    { patchType: 'ApplyConfiguration', applyConfiguration: { expression: 'Object{spec: Object.spec{runtimeClassName: "gvisor"}}' } },
  ]);
});

test.each<[string, (gvisor: ISandboxRuntime, other: ISandboxRuntime) => Partial<RuntimeClassPolicyProps>, string]>([
  ['no runtime', () => ({ runtimes: [] }), 'rules/policy allows no runtime'],
  ['a default on a cluster that is too old', (gvisor) => ({ defaultRuntime: gvisor, kubernetesVersion: '1.35' }),
    'needs Kubernetes 1.36 (MutatingAdmissionPolicy v1, for defaultRuntime), got kubernetesVersion "1.35"'],
  ['a default that is not allowed', (_, other) => ({ defaultRuntime: other, kubernetesVersion: '1.36' }), 'the defaultRuntime of rules/policy is "gke-gvisor", which it does not allow'],
  ['a cluster without admission policies', () => ({ kubernetesVersion: '1.29' }), 'needs Kubernetes 1.30 (ValidatingAdmissionPolicy v1)'],
  ['a label that no namespace has', () => ({ namespaceLabels: { team: 'a b' } }), 'namespaceLabels of rules/policy has "a b" for "team", which no label can have'],
  ['a version that is none', () => ({ kubernetesVersion: 'v1.36.1' }), 'kubernetesVersion must be a Kubernetes minor such as "1.32", got "v1.36.1"'],
])('%s is refused', (_what, props, message) => {
  const { app, platform, gvisor } = setUp();
  const other = SandboxRuntime.fromRuntimeClassName(platform, 'gke', 'gke-gvisor');
  expect(() => policy(app, [gvisor], props(gvisor, other))).toThrow(message);
});

test.each<[object, string]>([
  [{ mode: 'enforce' }, 'mode of rules/policy must be one of "ENFORCE", "AUDIT", got "enforce"'],
  [{ honoredExceptions: 'host-path' }, 'honoredExceptions of rules/policy must be a list of texts such as ["a", "b"], got "host-path"'],
])('what would weaken it without a word is refused, as JavaScript lets it through: %j', (props, message) => {
  const { app, gvisor } = setUp();
  expect(() => policy(app, [gvisor], props)).toThrow(message);
});

test('Pods of the app beside it are still judged', () => {
  const { app, gvisor } = setUp();
  policy(app, [gvisor]);
  const team = new Chart(app, 'team');
  gvisor.sandbox(new ApiObject(team, 'it', { apiVersion: 'v1', kind: 'Pod', spec: { hostIPC: true, containers: [{ name: 'a', image: 'a' }] } }));
  expect(() => Testing.synth(team)).toThrow('host-ipc');
});
