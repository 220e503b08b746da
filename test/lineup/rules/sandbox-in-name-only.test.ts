import { findingsOf, messagesOf, runtimeClass } from '../fixture';

const RULE = 'sandbox-in-name-only';

test('accepts sandboxes with a handler of their own, and ordinary classes', () => {
  expect(messagesOf(RULE, [runtimeClass('gvisor', 'runsc'), runtimeClass('kata-qemu', 'kata-qemu'), runtimeClass('fast', 'crun')])).toEqual([]);
});

test.each([['gvisor', 'runc'], ['kata-qemu', 'runc'], ['team-sandbox', 'crun'], ['runsc', 'runc']])('reports the class %s with the handler %s', (name, handler) => {
  const [finding] = findingsOf(RULE, [runtimeClass(name, handler)]);
  expect(finding).toMatchObject({ severity: 'error', object: `RuntimeClass ${name}` });
  expect(finding.message).toContain(`its handler "${handler}" is the node's ordinary runtime`);
});

test('leaves external classes alone', () => {
  expect(messagesOf(RULE, [runtimeClass('gvisor', 'runc')], { externalRuntimeClasses: ['gvisor'] })).toEqual([]);
});
