import { podLimits } from '../../src/lineup/pod-limits';

const of = (cpu?: unknown, memory?: unknown, more: object = {}) => ({ resources: { limits: { cpu, memory } }, ...more });

test.each<[string, object, object]>([
  ['nothing where nothing is limited', { containers: [{}, of()] }, {}],
  ['the sum over the containers', { containers: [of('500m', '1Gi'), of(1, '512Mi')] }, { cpu: 1.5, memory: 1536 }],
  ['what the limited ones of several containers have', { containers: [of('1'), {}] }, { cpu: 1 }],
  ['the limits of the Pod itself', { resources: { limits: { cpu: '3' } }, containers: [of('1', '1Gi')] }, { cpu: 3, memory: 1024 }],
  ['the largest init container, where it is larger', { initContainers: [of('4'), of('2')], containers: [of('1', '1Gi')] }, { cpu: 4, memory: 1024 }],
  ['sidecars beside the containers', { initContainers: [of('1', '1Gi', { restartPolicy: 'Always' })], containers: [of('1', '1Gi')] }, { cpu: 2, memory: 2048 }],
  ['sidecars beside later init containers', { initContainers: [of('1', undefined, { restartPolicy: 'Always' }), of('4')], containers: [of('1')] }, { cpu: 5 }],
  ['numbers without a unit', { containers: [of(2, 1073741824)] }, { cpu: 2, memory: 1024 }],
  ['nothing of what is no quantity', { containers: [of('much', null)] }, {}],
])('are %s', (_what, podSpec, expected) => {
  expect(podLimits(podSpec)).toEqual(expected);
});
