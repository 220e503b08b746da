import { messagesOf, runtimeClass } from '../fixture';

const RULE = 'retired-runtime';

test('accepts handlers of today', () => {
  expect(messagesOf(RULE, [runtimeClass('kata', 'kata-qemu-runtime-rs'), runtimeClass('kata-runtime', 'kata'), runtimeClass('gvisor', 'runsc')])).toEqual([]);
});

test.each([
  ['kata-runtime', 'use KataRuntime, whose handlers are kata-<shim>'],
  ['cc-runtime', 'use KataRuntime'],
  ['runv', 'use KataRuntime'],
  ['frakti', 'use containerd\'s own CRI plugin'],
])('reports the handler %s with its successor', (handler, successor) => {
  expect(messagesOf(RULE, [runtimeClass('sandbox', handler)])).toEqual([expect.stringContaining(successor)]);
});
