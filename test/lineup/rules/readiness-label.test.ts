import { editPlan, messagesOf, one, quickstart } from '../fixture';

const RULE = 'readiness-label';
const LABEL = 'sandbox-runtimes.node-restriction.kubernetes.io/runsc';

function selecting(nodeSelector: Record<string, string> | undefined) {
  const manifests = quickstart();
  one(manifests, 'RuntimeClass').scheduling.nodeSelector = nodeSelector;
  return manifests;
}

test('accepts a class that selects its handler as ready', () => {
  expect(messagesOf(RULE, quickstart())).toEqual([]);
});

test('accepts a class that selects more than that', () => {
  expect(messagesOf(RULE, selecting({ [LABEL]: 'ready', disk: 'ssd' }))).toEqual([]);
});

test.each([
  ['no label at all', undefined, `write "${LABEL}: ready"`],
  ['another value', { [LABEL]: 'true' }, `asks for "${LABEL}: true"; a proven node has the value ready`],
  ['nodes that are not proven yet', { [LABEL]: 'pending' }, 'a proven node has the value ready'],
  ['the label of another handler', { [`${LABEL}-kvm`]: 'ready' }, `has "${LABEL}-kvm", the label of another handler; write "${LABEL}: ready"`],
  ['a label that reads alike', { [LABEL.replace('runtimes', 'runtime')]: 'ready' }, 'lacks the label that the installer sets'],
])('reports a class that selects %s', (_what, nodeSelector, message) => {
  expect(messagesOf(RULE, selecting(nodeSelector))).toEqual([expect.stringContaining(message)]);
});

test('reports a class that selects a label which an installer without a gate never sets', () => {
  const manifests = quickstart();
  editPlan(manifests, (plan) => delete plan.gate);
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('select the node pool instead')]);
});

test('reports a label in the plan that is not the handler\'s', () => {
  const manifests = quickstart();
  editPlan(manifests, (plan) => (plan.runtimes[0].label = 'example.com/runsc'));
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining(`is "example.com/runsc"; the label of that handler is "${LABEL}"`)]);
});

test('reports a class that selects a label which nodes with a startup taint get only after they are there', () => {
  const manifests = quickstart();
  editPlan(manifests, (plan) => (plan.gate.startupTaint = 'example.com/not-yet'));
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('so that none can be foreseen; select the node pool instead')]);
});
