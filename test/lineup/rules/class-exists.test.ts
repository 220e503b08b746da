import { checkLineUp } from '../../../src/lineup/line-up';
import { findingsOf, messagesOf, pod, runtimeClass } from '../fixture';

const RULE = 'class-exists';

test('accepts a Pod whose class is there', () => {
  expect(messagesOf(RULE, [pod('web', { runtimeClassName: 'gvisor' }), runtimeClass('gvisor', 'runsc')])).toEqual([]);
});

test('accepts a class that somebody else owns', () => {
  expect(messagesOf(RULE, [pod('web', { runtimeClassName: 'nvidia' })], { externalRuntimeClasses: ['nvidia'] })).toEqual([]);
});

test('accepts Pods without a class', () => {
  expect(messagesOf(RULE, [pod('web', {}), pod('other', { runtimeClassName: null })])).toEqual([]);
});

test('leaves unknown classes alone where the manifests are not all there is', () => {
  expect(messagesOf(RULE, [pod('web', { runtimeClassName: 'nvidia' })], { judgeUnknownClasses: false })).toEqual([]);
});

test('reports a class that is not there, with the known ones', () => {
  const [finding, ...others] = findingsOf(RULE, [pod('web', { runtimeClassName: 'gvisr' }), runtimeClass('gvisor', 'runsc')]);
  expect(others).toEqual([]);
  expect(finding).toMatchObject({ severity: 'error', object: 'Pod team-a/web' });
  expect(finding.message).toContain('runtimeClassName is "gvisr"');
  expect(finding.message).toContain('known are: gvisor');
});

test('reports an empty class name, which is not the default class', () => {
  expect(messagesOf(RULE, [pod('web', { runtimeClassName: '' })])).toEqual([expect.stringContaining('runtimeClassName is ""')]);
});

test('reports a class once, however many objects ask for it', () => {
  const pods = Array.from({ length: 6 }, (_, index) => pod(`web-${index}`, { runtimeClassName: 'gvisr' }));
  expect(messagesOf(RULE, pods)).toEqual([expect.stringContaining('and 5 more: Pod team-a/web-1, Pod team-a/web-2, Pod team-a/web-3, ...')]);
});

test('asks for the RuntimeClasses of a cluster of which only other kinds were read', () => {
  const live = { ...pod('web', { runtimeClassName: 'gvisor' }), metadata: { name: 'web', namespace: 'team-a', uid: '6c7d' } };
  expect(messagesOf(RULE, [live])).toEqual([expect.stringMatching(/no RuntimeClass at all was read from the cluster; give what "kubectl get nodes,runtimeclasses,/)]);
  expect(messagesOf(RULE, [live, runtimeClass('gvisr', 'runsc')])).toEqual([expect.stringContaining('known are: gvisr')]);
});

describe('custom resources whose Pods nobody knows', () => {
  const scaledJob = (runtimeClassName: unknown) => ({
    apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledJob', metadata: { name: 'queue', namespace: 'team-a' }, spec: { jobTargetRef: { template: { spec: { runtimeClassName, containers: [{ name: 'main', image: 'a' }] } } } },
  });
  const taskRun = (runtimeClassName: string) => ({
    apiVersion: 'tekton.dev/v1', kind: 'TaskRun', metadata: { name: 'build', namespace: 'team-a' }, spec: { taskSpecs: [{ podTemplate: { runtimeClassName } }] },
  });

  test('may name a class that is there, or that somebody else owns', () => {
    expect(messagesOf(RULE, [scaledJob('gvisor'), taskRun('nvidia'), runtimeClass('gvisor', 'runsc')], { externalRuntimeClasses: ['nvidia'] })).toEqual([]);
  });

  test('are reported at the place that names one which is not', () => {
    const [finding, ...others] = findingsOf(RULE, [scaledJob('gvisr'), taskRun('gvisr'), pod('web', { runtimeClassName: 'gvisr' }), runtimeClass('gvisor', 'runsc')]);
    expect(others).toEqual([]);
    expect(finding.message).toMatch(/^runtimeClassName is "gvisr" \(and 2 more: ScaledJob team-a\/queue, TaskRun team-a\/build\), but there is no such RuntimeClass/);
    expect(findingsOf(RULE, [taskRun('gvisr')])).toEqual([expect.objectContaining({ object: 'TaskRun team-a/build', field: ['spec', 'taskSpecs', 0, 'podTemplate', 'runtimeClassName'] })]);
  });

  test.each(['', '?*', '{{ .Values.class }}', 'gvisor | kata', 3, { type: 'string' }])('may have %j there, which is no name', (value) => {
    expect(messagesOf(RULE, [scaledJob(value)])).toEqual([]);
  });

  test('are told from objects of Kubernetes, in which the word is data', () => {
    const object = (apiVersion: string) => ({ apiVersion, kind: 'Other', metadata: { name: 'a' }, data: { runtimeClassName: 'gvisr', containers: [] } });
    expect(messagesOf(RULE, ['v1', 'apps/v1', 'admissionregistration.k8s.io/v1'].map(object))).toEqual([]);
    expect(messagesOf(RULE, ['jobset.x-k8s.io/v1alpha2', 'kubeflow.org/v1'].map(object))).toHaveLength(1);
  });

  const CONTAINERS = { containers: [{ name: 'main', image: 'a' }] };
  test.each<[string, string, string, object]>([
    ['a Sandbox', 'agents.x-k8s.io/v1alpha1', 'Sandbox', { podTemplate: { spec: { runtimeClassName: 'gvisr', ...CONTAINERS } } }],
    ['a Knative Service', 'serving.knative.dev/v1', 'Service', { template: { spec: { ...CONTAINERS, runtimeClassName: 'gvisr' } } }],
    ['a Rollout of Argo', 'argoproj.io/v1alpha1', 'Rollout', { template: { spec: { ...CONTAINERS, runtimeClassName: 'gvisr' } } }],
    ['an Elasticsearch, whose operator adds the containers', 'elasticsearch.k8s.elastic.co/v1', 'Elasticsearch', { nodeSets: [{ podTemplate: { spec: { runtimeClassName: 'gvisr' } } }] }],
    ['a PipelineRun of Tekton', 'tekton.dev/v1', 'PipelineRun', { taskRunTemplate: { podTemplate: { runtimeClassName: 'gvisr' } } }],
    ['an older PipelineRun of Tekton', 'tekton.dev/v1beta1', 'PipelineRun', { taskRunSpecs: [{ taskPodTemplate: { runtimeClassName: 'gvisr' } }] }],
  ])('are found in %s', (_what, apiVersion, kind, spec) => {
    expect(messagesOf(RULE, [{ apiVersion, kind, metadata: { name: 'a' }, spec }])).toEqual([expect.stringContaining('runtimeClassName is "gvisr"')]);
  });

  test.each<[string, string, string, object]>([
    ['values of a chart that Flux installs', 'helm.toolkit.fluxcd.io/v2', 'HelmRelease', { values: { runtimeClassName: 'nvidia' } }],
    ['such values in the shape of a Pod', 'helm.toolkit.fluxcd.io/v2', 'HelmRelease', { values: { podTemplate: { runtimeClassName: 'nvidia', ...CONTAINERS } } }],
    ['variables of Flux', 'kustomize.toolkit.fluxcd.io/v1', 'Kustomization', { postBuild: { substitute: { runtimeClassName: 'nvidia' } } }],
    ['values of a chart that Argo CD installs', 'argoproj.io/v1alpha1', 'Application', { source: { helm: { valuesObject: { runtimeClassName: 'nvidia', ...CONTAINERS } } } }],
    ['what Argo CD makes applications of', 'argoproj.io/v1alpha1', 'ApplicationSet', { template: { spec: { source: { helm: { valuesObject: { ...CONTAINERS, runtimeClassName: 'nvidia' } } } } } }],
    ['parameters of a constraint', 'constraints.gatekeeper.sh/v1beta1', 'K8sRequiredClass', { parameters: { runtimeClassName: 'nvidia', ...CONTAINERS } }],
    ['a pattern of Kyverno', 'kyverno.io/v1', 'ClusterPolicy', { rules: [{ validate: { pattern: { spec: { runtimeClassName: 'null', ...CONTAINERS } } } }] }],
    ['a newer policy of Kyverno', 'policies.kyverno.io/v1', 'MutatingPolicy', { podTemplate: { spec: { runtimeClassName: 'nvidia' } } }],
    ['settings of an operator that are no Pod', 'example.org/v1', 'Settings', { runtimeClassName: 'nvidia', template: { spec: { runtimeClassName: 'nvidia' } } }],
  ])('are told from %s', (_what, apiVersion, kind, spec) => {
    expect(messagesOf(RULE, [{ apiVersion, kind, metadata: { name: 'a' }, spec }])).toEqual([]);
  });

  test('are left alone where the manifests are not all there is', () => {
    expect(messagesOf(RULE, [scaledJob('gvisr')], { judgeUnknownClasses: false })).toEqual([]);
  });
});

test('where classes may come from elsewhere, warns of a name that is a letter off from one that is here, and of no other', () => {
  const findings = (name: string) => checkLineUp([runtimeClass('gvisor', 'runsc'), pod('web', { runtimeClassName: name })], { judgeUnknownClasses: false, externalHandlers: ['runsc'] })
    .findings.filter(({ rule }) => rule === RULE);
  expect(findings('gvisr')).toEqual([expect.objectContaining({
    severity: 'warning', message: 'runtimeClassName is "gvisr", which nothing here defines; write "gvisor" if that is meant',
  })]);
  expect(findings('kata')).toEqual([]);
  expect(findings('gvisor')).toEqual([]);
});
