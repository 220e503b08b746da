import { container, quickstart, runtimeClass } from './fixture';
import { kataDeploy } from './others-fixture';
import { fieldText, pathTo } from '../../src/lineup/field-path';
import { checkLineUp } from '../../src/lineup/line-up';

test('a path is written as people write it', () => {
  expect(fieldText(['spec', 'containers', 0, 'image'])).toBe('spec.containers[0].image');
  expect(fieldText(['spec', 'nodeSelector', 'kubernetes.io/os'])).toBe('spec.nodeSelector["kubernetes.io/os"]');
});

test('a part is found by what it is, not by what it looks like', () => {
  const part = { a: 1 };
  expect(pathTo(part, { x: [{ a: 1 }, { y: part }] })).toEqual(['x', 1, 'y']);
  expect(pathTo({ a: 1 }, { x: part })).toBeUndefined();
});

const BOOTS = { resources: { limits: { cpu: '1', memory: '1Gi' } } };

/** A CronJob, whose Pods are deepest in their object. */
function cronJob(runtimeClassName: string, podSpec: object, annotations: object = {}): object {
  const spec = { runtimeClassName, containers: [{ name: 'ok', ...BOOTS }, { name: 'job', ...BOOTS }], ...podSpec };
  return {
    apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: 'job' }, spec: { jobTemplate: { spec: { template: { metadata: { annotations }, spec } } } },
  };
}

const LABELS = { nodeSelector: { 'katacontainers.io/kata-runtime': 'true', 'pool': 'a' } };
const CLASS = { ...runtimeClass('kata-qemu', 'kata-qemu', LABELS), overhead: { podFixed: { memory: '320Mi' } } };

test.each<[string, object, object, string]>([
  ['class-exists', CLASS, cronJob('kata-qem', {}), 'spec.jobTemplate.spec.template.spec.runtimeClassName'],
  ['pod-node-selector', CLASS, cronJob('kata-qemu', { nodeSelector: { pool: 'b' } }), 'spec.jobTemplate.spec.template.spec.nodeSelector.pool'],
  ['kata-annotations', CLASS, cronJob('kata-qemu', {}, { 'io.katacontainers.config.hypervisor.path': '/x' }),
    'spec.jobTemplate.spec.template.metadata.annotations["io.katacontainers.config.hypervisor.path"]'],
  ['host-network', CLASS, cronJob('kata-qemu', { hostNetwork: true }), 'spec.jobTemplate.spec.template.spec.hostNetwork'],
  ['privileged', CLASS, cronJob('kata-qemu', { containers: [{ name: 'ok', ...BOOTS }, { name: 'job', ...BOOTS, securityContext: { privileged: true } }] }),
    'spec.jobTemplate.spec.template.spec.containers[1].securityContext.privileged'],
  ['gpu', CLASS, cronJob('kata-qemu', { containers: [{ name: 'job', resources: { limits: { 'cpu': '1', 'memory': '1Gi', 'nvidia.com/gpu': 1 } } }] }),
    'spec.jobTemplate.spec.template.spec.containers[0].resources.limits["nvidia.com/gpu"]'],
  ['handler-installed', { ...CLASS, handler: 'kata-qemuu' }, cronJob('kata-qemu', {}), 'handler'],
  ['others-label', runtimeClass('kata-qemu', 'kata-qemu', { nodeSelector: { 'katacontainers.io/kata-runtim': 'true' } }), cronJob('kata-qemu', {}),
    'scheduling.nodeSelector["katacontainers.io/kata-runtim"]'],
])('%s names the field', (rule, theClass, workload, field) => {
  const found = checkLineUp([kataDeploy(), theClass, workload]).findings.filter((finding) => finding.rule === rule);
  expect(found.map((finding) => fieldText(finding.field!))).toEqual([field]);
});

test('what is wrong with a container of an installer leads to the container', () => {
  const manifests = quickstart();
  container(manifests, 'admit').command = ['sh'];
  const fields = checkLineUp(manifests).findings.map(({ rule, field }) => [rule, field && fieldText(field)]);
  expect(fields).toContainEqual(['installer-commands', 'spec.template.spec.containers[0]']);
});
