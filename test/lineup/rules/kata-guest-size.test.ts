import { KataShim, KataSize } from '../../../src';
import { findingsOf, messagesOf, pod, runtimeClass } from '../fixture';
import { kata, limited } from '../kata-fixture';

const RULE = 'kata-guest-size';

test('accepts Pods with a memory limit, with and without one of CPU', () => {
  expect(messagesOf(RULE, [...kata(), pod('both', limited({ cpu: '1', memory: '1Gi' })), pod('memory', limited({ memory: '1Gi' }))])).toEqual([]);
});

test('reports a CPU limit without a memory limit, with the machine that would not boot', () => {
  const [finding, ...others] = findingsOf(RULE, [...kata(), pod('web', limited({ cpu: '1500m' }))]);
  expect(others).toEqual([]);
  expect(finding).toMatchObject({ severity: 'error', object: 'Pod team-a/web' });
  expect(finding.message).toBe('limits cpu (1.5) but not memory, so on the RuntimeClass "kata" (qemu-runtime-rs) its virtual machine gets 2 virtual CPUs and 32 MiB of memory, '
    + 'which is overhead_memory alone, and cannot boot; write resources.limits.memory, too');
});

test('computes the machine from the settings of the runtime', () => {
  expect(messagesOf(RULE, [...kata({ size: KataSize.L }), pod('web', limited({ cpu: '4' }))])).toEqual([expect.stringContaining('gets 5 virtual CPUs and 160 MiB')]);
});

test('warns once for all Pods of a class without limits, with the size that nobody accounts for', () => {
  const [finding, ...others] = findingsOf(RULE, [...kata(), pod('a', limited()), pod('b', limited())]);
  expect(others).toEqual([]);
  expect(finding).toMatchObject({ severity: 'warning', object: 'Pod team-a/a' });
  expect(finding.message).toContain('has no memory limit (and so 1 more: Pod team-a/b)');
  expect(finding.message).toContain('takes 2048 MiB of memory and 1 virtual CPU by default, of which Kubernetes reserves only the requests');
});

test('only warns where the machine is not made from the limits', () => {
  for (const props of [{ shim: KataShim.QEMU }, { staticSandboxResourceMgmt: false }]) {
    expect(findingsOf(RULE, [...kata(props), pod('web', limited({ cpu: '1' }))]).map(({ severity }) => severity)).toEqual(['warning']);
  }
});

test('takes a class that Kata\'s own installer made for what Kata ships', () => {
  const manifests = [runtimeClass('kata-clh-runtime-rs', 'kata-clh-runtime-rs'), pod('web', limited({ cpu: '1' }, 'kata-clh-runtime-rs'))];
  expect(findingsOf(RULE, manifests).map(({ severity }) => severity)).toEqual(['error']);
  expect(findingsOf(RULE, [pod('web', limited({ cpu: '1' }, 'kata-qemu-snp-runtime-rs'))])[0].message).toContain('128 MiB');
});

test.each([
  ['is not Kata', [runtimeClass('gvisor', 'runsc')], 'gvisor'],
  ['is a Kata that nobody knows', [runtimeClass('kata-cc', 'kata-cc')], 'kata-cc'],
  ['runs its guests somewhere else', [runtimeClass('kata-remote', 'kata-remote')], 'kata-remote'],
  ['belongs to somebody else', [], 'kata-qemu-runtime-rs'],
])('says nothing of a class that %s', (_what, classes, name) => {
  expect(messagesOf(RULE, [...classes, pod('web', limited({ cpu: '1' }, name))], { externalRuntimeClasses: ['kata-qemu-runtime-rs'] })).toEqual([]);
});

test('reads the limits of a template, too', () => {
  const cronJob = { apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: 'job' }, spec: { jobTemplate: { spec: { template: { spec: limited({ cpu: 1 }) } } } } };
  expect(findingsOf(RULE, [...kata(), cronJob])).toMatchObject([{ severity: 'error', object: 'CronJob job' }]);
});
