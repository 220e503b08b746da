import { messagesOf, pod, runtimeClass } from '../fixture';

const RULE = 'pod-node-selector';
const gvisor = runtimeClass('gvisor', 'runsc', { nodeSelector: { pool: 'sandbox' } });

test('accepts a Pod that selects by other labels, or by the same value', () => {
  expect(messagesOf(RULE, [gvisor, pod('web', { runtimeClassName: 'gvisor', nodeSelector: { disk: 'ssd', pool: 'sandbox' } })])).toEqual([]);
});

test('reports a Pod that selects other nodes than its class', () => {
  expect(messagesOf(RULE, [gvisor, pod('web', { runtimeClassName: 'gvisor', nodeSelector: { pool: 'general' } })])).toEqual([
    expect.stringContaining('nodeSelector has "pool: general", but the RuntimeClass "gvisor" selects "pool: sandbox"'),
  ]);
});

describe('required node affinity', () => {
  const said = (...terms: object[][]) => {
    const nodeSelectorTerms = terms.map((matchExpressions) => ({ matchExpressions }));
    const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } };
    return messagesOf(RULE, [gvisor, pod('web', { runtimeClassName: 'gvisor', affinity })]);
  };
  const other = { key: 'pool', operator: 'In', values: ['general', 'other'] };

  test.each([
    ['names the value of the class', { key: 'pool', operator: 'In', values: ['general', 'sandbox'] }],
    ['excludes others', { key: 'pool', operator: 'NotIn', values: ['general'] }],
    ['asks for the label', { key: 'pool', operator: 'Exists' }],
    ['is about other labels', { key: 'disk', operator: 'DoesNotExist' }],
  ])('may be one that %s', (_what, expression) => {
    expect(said([expression])).toEqual([]);
  });

  test.each([
    ['names only other values', other, 'pool In [general, other]'],
    ['excludes the value of the class', { key: 'pool', operator: 'NotIn', values: ['sandbox'] }, 'pool NotIn [sandbox]'],
    ['excludes the label', { key: 'pool', operator: 'DoesNotExist' }, 'pool DoesNotExist'],
  ])('is reported where it %s', (_what, expression, text) => {
    expect(said([{ key: 'disk', operator: 'Exists' }, expression])).toEqual([
      `the required nodeAffinity has "${text}", but the RuntimeClass "gvisor" selects "pool: sandbox"; no node has both, so leave out the Pod's`,
    ]);
  });

  test('is reported only where none of its terms can be met', () => {
    expect(said([other], [other])).toHaveLength(1);
    expect(said([other], [{ key: 'disk', operator: 'Exists' }])).toEqual([]);
    expect(said([other], [])).toEqual([]);
  });
});
