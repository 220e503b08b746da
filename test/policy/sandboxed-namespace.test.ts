import { Chart, Testing } from 'cdk8s';
import {
  GVisorRelease, GVisorRuntime, KataRelease, KataRuntime, NamespaceEgress, NamespaceQuota, PodSecurityLevel, SandboxedNamespace,
  type SandboxedNamespaceProps,
} from '../../src';

jest.mock('../../src/installer/agent-program', () => ({ agentProgram: () => 'console.log("the agent");\n' }));

function namespace(props: Partial<SandboxedNamespaceProps> = {}, chart = new Chart(Testing.app(), 'team')): Map<string, any> {
  new SandboxedNamespace(chart, 'namespace', { name: 'team-a', ...props });
  return new Map(Testing.synth(chart).map((object) => [object.kind, object]));
}

const runtimes = () => {
  const platform = new Chart(Testing.app(), 'platform', { namespace: 'sandbox-system' });
  return {
    gvisor: new GVisorRuntime(platform, 'gvisor', { release: GVisorRelease.V20261005_0 }),
    kata: new KataRuntime(platform, 'kata', { release: KataRelease.V4_2_0, overhead: { memory: '320Mi', cpu: '250m' } }),
  };
};

test('is closed by default', () => {
  const objects = namespace();
  expect([...objects.keys()]).toEqual(['Namespace', 'ServiceAccount', 'NetworkPolicy', 'ResourceQuota', 'LimitRange']);
  expect(objects.get('Namespace').metadata).toEqual({
    name: 'team-a',
    labels: {
      'pod-security.kubernetes.io/enforce': 'restricted',
      'pod-security.kubernetes.io/audit': 'restricted',
      'pod-security.kubernetes.io/warn': 'restricted',
      'sandbox-runtimes/sandbox': 'required',
    },
  });
  expect(objects.get('ServiceAccount')).toMatchObject({ metadata: { name: 'default', namespace: 'team-a' }, automountServiceAccountToken: false });
  const { podSelector, policyTypes, egress, ingress } = objects.get('NetworkPolicy').spec;
  expect({ podSelector, policyTypes, ingress }).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'], ingress: undefined });
  expect(egress).toHaveLength(1);
  expect(egress[0].ports).toEqual([{ port: 53, protocol: 'UDP' }, { port: 53, protocol: 'TCP' }]);
});

test('a namespace of its own chart is not put into the chart\'s', () => {
  expect(namespace({}, new Chart(Testing.app(), 'team', { namespace: 'other' })).get('Namespace').metadata.namespace).toBeUndefined();
});

test('never reaches the metadata service of a cloud by way of the internet', () => {
  const blocks = namespace({ egress: NamespaceEgress.INTERNET }).get('NetworkPolicy').spec.egress[1].to.map(({ ipBlock }: any) => ipBlock);
  expect(blocks.map(({ cidr }: any) => cidr)).toEqual(['0.0.0.0/0', '::/0']);
  expect(blocks[0].except).toEqual(expect.arrayContaining(['169.254.0.0/16', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16']));
  // fd00:ec2::254 is the metadata service of AWS.
  expect(blocks[1].except).toEqual(expect.arrayContaining(['fe80::/10', 'fc00::/7']));
});

test.each<[string, Partial<SandboxedNamespaceProps>, object | undefined]>([
  ['no way out', { egress: NamespaceEgress.NONE }, { podSelector: {}, policyTypes: ['Ingress', 'Egress'] }],
  ['every way out', { egress: NamespaceEgress.ALL }, { podSelector: {}, policyTypes: ['Ingress'] }],
  ['every way out and in', { egress: NamespaceEgress.ALL, allowIngress: true }, undefined],
])('may have %s', (_what, props, spec) => {
  expect(namespace(props).get('NetworkPolicy')?.spec).toEqual(spec);
});

test('the quota is what containers may use, and the overhead of as many sandboxes as there may be', () => {
  const { kata, gvisor } = runtimes();
  const hard = (props: Partial<SandboxedNamespaceProps>) => namespace(props).get('ResourceQuota').spec.hard;
  const quota = NamespaceQuota.of({ pods: 10, cpu: '4', memory: '8Gi' });
  expect(hard({ quota })).toEqual({ 'pods': '10', 'requests.cpu': '4', 'limits.cpu': '4', 'requests.memory': '8Gi', 'limits.memory': '8Gi' });
  expect(hard({ quota, runtime: gvisor })).toEqual(hard({ quota }));
  expect(hard({ quota, runtime: kata })).toMatchObject({ 'limits.cpu': '6500m', 'limits.memory': `${8192 + 10 * 320}Mi` });
});

test('each part can be left out', () => {
  const objects = namespace({
    podSecurity: PodSecurityLevel.BASELINE, requireSandbox: false, quota: NamespaceQuota.none(), defaultLimits: false, serviceAccountToken: true, labels: { a: 'b' },
  });
  expect([...objects.keys()]).toEqual(['Namespace', 'NetworkPolicy']);
  expect(objects.get('Namespace').metadata.labels).toMatchObject({ 'a': 'b', 'pod-security.kubernetes.io/enforce': 'baseline' });
  expect(objects.get('Namespace').metadata.labels).not.toHaveProperty('sandbox-runtimes/sandbox');
});

test.each<[string, Partial<SandboxedNamespaceProps>, string]>([
  ['a name that is none', { name: 'Team_A' }, 'got "Team_A"; write "team-a"'],
  ['a namespace of the cluster', { name: 'kube-system' }, 'which belongs to the cluster'],
  ['the default namespace', { name: 'default' }, 'which belongs to the cluster'],
  ['a label that is none', { labels: { 'a b': 'c' } }, 'has the key "a b", which no label can have'],
  ['a quota that is no quantity', { quota: NamespaceQuota.of({ memory: 'lots' }) }, 'got "8" and "lots"'],
])('%s is refused', (_what, props, message) => {
  expect(() => namespace(props)).toThrow(message);
});

test.each<[object, string]>([
  ...['requireSandbox', 'allowIngress', 'defaultLimits', 'serviceAccountToken'].map((member): [object, string] => (
    [{ [member]: 'false' }, `${member} of team/namespace must be true or false, without quotes, got "false"`]
  )),
  [{ egress: 'none' }, 'egress of team/namespace must be one of "NONE", "DNS", "INTERNET", "ALL", got "none"'],
  [{ podSecurity: 'Restricted' }, 'podSecurity of team/namespace must be one of "restricted", "baseline", "privileged", got "Restricted"'],
  [{ quota: { pods: 5 } }, 'quota of team/namespace must be a NamespaceQuota such as NamespaceQuota.of({ pods: 20 }), got {"pods":5}'],
])('what would open it without a word is refused, as JavaScript lets it through: %j', (props, message) => {
  expect(() => namespace(props)).toThrow(message);
});

test('a quota is written as the API server writes it back, or every kubectl apply would change it', () => {
  const quota = NamespaceQuota.of({ pods: 2000, cpu: '0', memory: '1Pi' });
  expect(namespace({ quota }).get('ResourceQuota').spec.hard).toEqual({ 'pods': '2k', 'requests.cpu': '0', 'limits.cpu': '0', 'requests.memory': '1Pi', 'limits.memory': '1Pi' });
});

test('a quota without Pods is refused', () => {
  expect(() => NamespaceQuota.of({ pods: 0 })).toThrow('the pods of a quota must be a whole number of at least 1, got 0');
});
