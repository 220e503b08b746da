import { editPlan, installerPod, messagesOf, quickstart } from '../fixture';

const RULE = 'installer-overlap';

/** Two installers, on the nodes of two selectors. */
function installers(one: object, other: object) {
  const [first, second] = [quickstart(), quickstart().filter(({ kind }) => ['ConfigMap', 'DaemonSet'].includes(kind))];
  second.forEach((object) => (object.metadata.namespace = 'other'));
  editPlan(second, (plan) => (plan.installer = 'other/sandbox-node-installer'));
  Object.assign(installerPod(first).nodeSelector, one);
  Object.assign(installerPod(second).nodeSelector, other);
  return [...first, ...second];
}

test('accepts installers whose pools no node can both be in', () => {
  expect(messagesOf(RULE, installers({ pool: 'a' }, { pool: 'b' }))).toEqual([]);
});

test.each([
  ['the same pool', { pool: 'a' }, { pool: 'a' }],
  ['a pool and every node', { pool: 'a' }, {}],
  ['labels that a node can have together', { pool: 'a' }, { zone: 'b' }],
])('reports installers on %s', (_what, one, other) => {
  expect(messagesOf(RULE, installers(one, other))).toEqual([expect.stringMatching(
    /^sandbox-system\/sandbox-node-installer \(.*\) and other\/sandbox-node-installer \(.*\) can select the same node/,
  )]);
});
