import { configMap, container, editFile, messagesOf, one, quickstart, rehash } from '../fixture';

const RULE = 'plan-hash';

test('accepts the hash of what is mounted', () => {
  expect(messagesOf(RULE, quickstart())).toEqual([]);
});

test('reports a file that was changed after the hash was taken', () => {
  const manifests = quickstart();
  editFile(manifests, 'runsc.runsc.toml', 'systrap', 'kvm');
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('synthesize again instead of changing the ConfigMaps by hand')]);
  expect(messagesOf(RULE, rehash(manifests))).toEqual([]);
});

test('reports another program than the one that was synthesized', () => {
  const manifests = quickstart();
  configMap(manifests, 'agent').data['agent.js'] += ' ';
  expect(messagesOf(RULE, manifests)).toHaveLength(1);
});

test('reports a template without the hash', () => {
  const manifests = quickstart();
  one(manifests, 'DaemonSet').spec.template.metadata.annotations = {};
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('the annotation sandbox-runtimes/plan-hash is absent')]);
});

test('reports an agent that is told another hash', () => {
  const manifests = quickstart();
  container(manifests, 'install').env[0] = { name: 'PLAN_HASH', value: 'abc' };
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('the container install takes PLAN_HASH from nowhere')]);
});
