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
