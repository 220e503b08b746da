import { findingsOf, messagesOf, pod, runtimeClass } from '../fixture';
import { kata, limited } from '../kata-fixture';

const RULE = 'kata-annotations';
const VCPUS = 'io.katacontainers.config.hypervisor.default_vcpus';
const annotated = (annotation: string, runtimeClassName = 'kata'): any => {
  const object: any = pod('web', limited({ memory: '1Gi' }, runtimeClassName));
  return { ...object, metadata: { ...object.metadata, annotations: { [annotation]: '4' } } };
};

test('accepts an annotation that containerd and Kata let through, and those of others', () => {
  const allowed = kata({ podAnnotations: [VCPUS], enableAnnotations: ['default_vcpus'] });
  expect(messagesOf(RULE, [...allowed, annotated(VCPUS), annotated('team.example/owner')])).toEqual([]);
});

test('reports an annotation that has no effect', () => {
  expect(findingsOf(RULE, [...kata(), annotated(VCPUS)])).toMatchObject([{
    rule: RULE,
    severity: 'error',
    object: 'Pod team-a/web',
    message: `has the annotation ${VCPUS}, which the RuntimeClass "kata" (qemu-runtime-rs) never gets to see, so it has no effect; `
      + 'leave it out, or allow it for every Pod of the class by podAnnotations and enableAnnotations',
  }]);
});

test('reports an annotation with which the Pod does not start', () => {
  const passed = kata({ podAnnotations: ['io.katacontainers.*'], allowWildcardPodAnnotations: true });
  expect(messagesOf(RULE, [...passed, annotated(VCPUS)])).toEqual([expect.stringMatching(/refuses, so the Pod does not start; .* by enableAnnotations$/)]);
});

test('only warns of what Kata\'s own installer may have been told to allow', () => {
  const shipped = [runtimeClass('kata-qemu-runtime-rs', 'kata-qemu-runtime-rs'), annotated(VCPUS, 'kata-qemu-runtime-rs')];
  expect(messagesOf(RULE, shipped)).toEqual([]);
  const path = 'io.katacontainers.config.hypervisor.path';
  expect(findingsOf(RULE, [...shipped, annotated(path, 'kata-qemu-runtime-rs')])).toMatchObject([{ severity: 'warning', object: 'Pod team-a/web' }]);
});

test('reads the annotations of a template, not those of the object around it', () => {
  const deployment = (own: object, template: object) => ({
    apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', annotations: own }, spec: { template: { metadata: { annotations: template }, spec: limited() } },
  });
  expect(messagesOf(RULE, [...kata(), deployment({ [VCPUS]: '2' }, {})])).toEqual([]);
  expect(messagesOf(RULE, [...kata(), deployment({}, { [VCPUS]: '2' })])).toHaveLength(1);
});
