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
