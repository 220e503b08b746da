import * as fc from 'fast-check';
import { configMap, editPlan, one, pod, putSomewhere, quickstart, rehash, runtimeClass } from './fixture';
import { checkLineUp } from '../../src/lineup/line-up';
import { RULES } from '../../src/lineup/rules';

test('follows the chain from the Pod to the label of its nodes', () => {
  const { chains, findings } = checkLineUp(quickstart());
  expect(findings).toEqual([]);
  expect(chains).toEqual([{
    pods: [expect.stringMatching(/^Pod team-a\/team-web-/)],
    runtimeClassName: 'gvisor',
    external: false,
    handler: 'runsc',
    installer: 'sandbox-system/sandbox-node-installer',
    pool: ['kubernetes.io/os=linux'],
    tables: ['[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runsc]', '[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runsc]'],
    shim: '/opt/sandbox-runtimes/gvisor/20261005.0/containerd-shim-runsc-v1',
    configFile: expect.stringMatching(/^\/opt\/sandbox-runtimes\/config\/runsc\/20261005\.0-[0-9a-f]{8}\.toml$/),
    nodeLabels: ['sandbox-runtimes.node-restriction.kubernetes.io/runsc=ready'],
  }]);
});

test('ends the chain where a link is missing', () => {
  expect(checkLineUp([pod('web', { runtimeClassName: 'gvisor' })]).chains).toEqual([
    { pods: ['Pod team-a/web'], runtimeClassName: 'gvisor', external: false, handler: undefined, tables: [], nodeLabels: [] },
  ]);
});

test('shows classes that no Pod asks for, and external ones as such', () => {
  const { chains } = checkLineUp([runtimeClass('kata', 'kata'), pod('web', { runtimeClassName: 'nvidia' })], { externalRuntimeClasses: ['nvidia'] });
  expect(chains.map(({ runtimeClassName, external, pods }) => [runtimeClassName, external, pods.length])).toEqual([['kata', false, 0], ['nvidia', true, 1]]);
});

test('reads the objects of lists, as kubectl prints them', () => {
  const manifests = quickstart();
  const list = { apiVersion: 'v1', kind: 'List', items: manifests };
  const typed = { apiVersion: 'v1', kind: 'PodList', items: [{ metadata: { name: 'web' }, spec: { runtimeClassName: 'gvisr' } }] };
  expect(checkLineUp([list]).findings).toEqual([]);
  expect(checkLineUp([list, typed]).findings).toEqual([expect.objectContaining({ rule: 'class-exists', object: 'Pod web' })]);
});

test.each([
  ['Pod', 'v1', (spec: object) => ({ spec })],
  ['PodTemplate', 'v1', (spec: object) => ({ template: { spec } })],
  ['ReplicationController', 'v1', (spec: object) => ({ spec: { template: { spec } } })],
  ['DaemonSet', 'apps/v1', (spec: object) => ({ spec: { template: { spec } } })],
  ['Deployment', 'apps/v1', (spec: object) => ({ spec: { template: { spec } } })],
  ['ReplicaSet', 'apps/v1', (spec: object) => ({ spec: { template: { spec } } })],
  ['StatefulSet', 'apps/v1', (spec: object) => ({ spec: { template: { spec } } })],
  ['Job', 'batch/v1', (spec: object) => ({ spec: { template: { spec } } })],
  ['CronJob', 'batch/v1', (spec: object) => ({ spec: { jobTemplate: { spec: { template: { spec } } } } })],
])('finds the class of a %s', (kind, apiVersion, body) => {
  const object = { apiVersion, kind, metadata: { name: 'web', namespace: 'team-a' }, ...body({ runtimeClassName: 'gvisr' }) };
  expect(checkLineUp([object]).findings).toEqual([expect.objectContaining({ rule: 'class-exists', object: `${kind} team-a/web` })]);
});

test('passes over kinds of other API groups, but for the class that they name', () => {
  const job = { apiVersion: 'batch.volcano.sh/v1alpha1', kind: 'Job', metadata: { name: 'web' }, spec: { template: { spec: { runtimeClassName: 'gvisr', hostPID: true, containers: [] } } } };
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' } };
  expect(checkLineUp([job, service], { externalRuntimeClasses: ['gvisr'] })).toMatchObject({ findings: [], chains: [] });
  expect(checkLineUp([job, service])).toMatchObject({ findings: [{ rule: 'class-exists', object: 'Job web' }], chains: [] });
});

test('gives the object of a finding to whoever knows where it comes from', () => {
  const web = pod('web', { runtimeClassName: 'gvisr' });
  const [finding] = checkLineUp([web]).findings;
  expect(finding.manifest).toBe(web);
});

test('accepts an installer that is being taken away together with its classes', () => {
  const manifests = quickstart().filter(({ kind }) => !['RuntimeClass', 'Pod'].includes(kind));
  editPlan(manifests, (plan) => (plan.desiredState = 'ABSENT'));
  expect(checkLineUp(rehash(manifests), { externalRuntimeClasses: ['gvisor'] }).findings).toEqual([]);
});

test('still judges the rest where a plan cannot be read', () => {
  const manifests = quickstart();
  configMap(manifests, 'plan').data['plan.json'] = '{}';
  const rules = checkLineUp(manifests).findings.map(({ rule }) => rule);
  expect(rules).toContain('installer-plan');
  expect(rules).toContain('handler-installed');
});

test('knows an installer without its annotation by what it mounts', () => {
  const manifests = quickstart();
  delete one(manifests, 'DaemonSet').spec.template.metadata.annotations;
  expect(checkLineUp(manifests).findings.map(({ rule }) => rule)).toEqual(['plan-hash']);
});

test('has rules with names of their own', () => {
  expect(new Set(RULES.map(({ id }) => id)).size).toBe(RULES.length);
});

test('judges any manifests without failing, however they are shaped', () => {
  const original = quickstart();
  const objects = original.map(({ kind }, index) => [kind, index] as const).filter(([kind]) => kind !== 'Namespace').map(([, index]) => index);
  fc.assert(fc.property(fc.constantFrom(...objects), fc.array(fc.nat(), { maxLength: 6 }), fc.jsonValue(), (index, steps, value) => {
    const manifests = structuredClone(original);
    putSomewhere(manifests[index], steps, value);
    const { findings, chains } = checkLineUp(manifests);
    expect(findings.every(({ message }) => message.length > 0)).toBe(true);
    expect(chains.length).toBeGreaterThanOrEqual(0);
  }), { numRuns: 300 });
});

test('judges any plan without failing, however it is shaped', () => {
  const original = quickstart();
  const plan = JSON.parse(configMap(original, 'plan').data['plan.json']);
  fc.assert(fc.property(fc.array(fc.nat(), { minLength: 1, maxLength: 7 }), fc.jsonValue(), (steps, value) => {
    const changed = structuredClone(plan);
    putSomewhere(changed, steps, value);
    const manifests = structuredClone(original);
    configMap(manifests, 'plan').data['plan.json'] = JSON.stringify(changed);
    expect(() => checkLineUp(manifests).chains).not.toThrow();
  }), { numRuns: 300 });
});

test('takes a time that grows with the number of Pods, not faster', () => {
  const base = quickstart();
  const took = (pods: number) => {
    const manifests = [...base, ...Array.from({ length: pods }, (_, index) => pod(`web-${index}`, { runtimeClassName: 'gvisor', containers: [{ name: 'web' }] }))];
    const times = Array.from({ length: 5 }, () => {
      const start = performance.now();
      expect(checkLineUp(manifests).findings).toEqual([]);
      return performance.now() - start;
    });
    return Math.min(...times);
  };
  took(1000);
  // Ten times the Pods; the rest of the factor is for a machine that does other things too.
  expect(took(50_000)).toBeLessThan(took(5_000) * 10 * 4 + 50);
});
