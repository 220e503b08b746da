import { podSpecPath } from '../../src/workload/pod-spec-path';

test.each([
  ['v1', 'Pod', 'spec'],
  ['v1', 'PodTemplate', 'template.spec'],
  ['v1', 'ReplicationController', 'spec.template.spec'],
  ['apps/v1', 'Deployment', 'spec.template.spec'],
  ['apps/v1beta2', 'StatefulSet', 'spec.template.spec'],
  ['batch/v1', 'Job', 'spec.template.spec'],
  ['batch/v1beta1', 'CronJob', 'spec.jobTemplate.spec.template.spec'],
])('finds the Pods of %s %s', (apiVersion, kind, path) => {
  expect(podSpecPath(apiVersion, kind)?.join('.')).toBe(path);
});

test.each([
  ['v1', 'Service'],
  ['batch.volcano.sh/v1alpha1', 'Job'],
  ['example.com/v1', 'Pod'],
  ['v1', 'Deployment'],
  ['v1', 'constructor'],
  [undefined, 'Pod'],
  ['v1', 7],
])('finds none in %s %s', (apiVersion, kind) => {
  expect(podSpecPath(apiVersion, kind)).toBeUndefined();
});
