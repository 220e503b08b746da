import { findingsOf, messagesOf, one, quickstart } from '../fixture';

const RULE = 'class-of-runtime';

test('accepts a class with the handler that its runtime is installed under', () => {
  expect(messagesOf(RULE, quickstart())).toEqual([]);
});

test('reports a class with another handler than the installed one', () => {
  const manifests = quickstart();
  one(manifests, 'RuntimeClass').handler = 'runsd';
  const [finding] = findingsOf(RULE, manifests);
  expect(finding.object).toBe('RuntimeClass gvisor');
  expect(finding.message).toContain('handler is "runsd", but sandbox-system/sandbox-node-installer installs "runsc" for this class; write handler: runsc');
});

test('reports an installed runtime without its class', () => {
  const manifests = quickstart().filter(({ kind }) => kind !== 'RuntimeClass');
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('add a RuntimeClass with metadata.name "gvisor" and handler "runsc"')]);
  expect(messagesOf(RULE, manifests, { externalRuntimeClasses: ['gvisor'] })).toEqual([]);
});
