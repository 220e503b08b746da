import { editPlan, installerPod, messagesOf, one, quickstart } from '../fixture';

const RULE = 'tolerations';
const POOL = { key: 'sandbox', operator: 'Equal', value: 'yes', effect: 'NoSchedule' };

/** An installer that tolerates something, and a class that tolerates something. */
function tolerating(installer: object[], runtimeClass: object[]) {
  const manifests = quickstart();
  installerPod(manifests).tolerations = installer;
  one(manifests, 'RuntimeClass').scheduling.tolerations = runtimeClass;
  return manifests;
}

test.each([
  ['the same toleration', [POOL]],
  ['one for every effect', [{ ...POOL, effect: undefined }]],
  ['one for every value', [{ key: 'sandbox', operator: 'Exists', effect: 'NoSchedule' }]],
  ['one for every taint', [{ operator: 'Exists' }]],
])('accepts a class that has %s', (_what, tolerations) => {
  expect(messagesOf(RULE, tolerating([POOL], tolerations))).toEqual([]);
});

test.each([
  ['taints that say how a node is doing', { key: 'node.kubernetes.io/not-ready', operator: 'Exists' }],
  ['the control plane', { key: 'node-role.kubernetes.io/control-plane', operator: 'Exists' }],
  ['everything, which names no taint of a pool', { operator: 'Exists' }],
])('accepts an installer that tolerates %s', (_what, toleration) => {
  expect(messagesOf(RULE, tolerating([toleration], []))).toEqual([]);
});

test.each([
  ['none', [], 'which has none'],
  ['another value', [{ ...POOL, value: 'no' }], 'which has "sandbox=no:NoSchedule"'],
  ['another effect', [{ ...POOL, effect: 'NoExecute' }], 'which has "sandbox=yes:NoExecute"'],
  ['another key', [{ ...POOL, key: 'sandboz' }], 'which has "sandboz=yes:NoSchedule"'],
])('reports a class whose pool is tainted and that tolerates %s', (_what, tolerations, message) => {
  expect(messagesOf(RULE, tolerating([POOL], tolerations))).toEqual([expect.stringContaining(message)]);
});

describe('with a startup taint', () => {
  const TAINT = { key: 'example.com/not-yet', operator: 'Exists' };
  const withTaint = (runtimeClass: object[]) => {
    const manifests = tolerating([POOL, TAINT], runtimeClass);
    editPlan(manifests, (plan) => (plan.gate.startupTaint = TAINT.key));
    return messagesOf(RULE, manifests);
  };

  test('accepts a class that tolerates all but that', () => {
    expect(withTaint([POOL])).toEqual([]);
  });

  test.each([['it', TAINT], ['every taint', { operator: 'Exists' }]])('reports a class that tolerates %s as well', (_what, toleration) => {
    expect(withTaint([POOL, toleration])).toEqual([expect.stringContaining('so its Pods reach nodes of sandbox-system/sandbox-node-installer before their handlers are proven')]);
  });
});
