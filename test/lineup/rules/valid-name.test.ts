import { editPlan, messagesOf, quickstart, runtimeClass } from '../fixture';

const RULE = 'valid-name';

test('accepts a class that is a DNS subdomain and a handler that is a DNS label', () => {
  expect(messagesOf(RULE, [runtimeClass('gvisor.team-a', 'runsc-1')])).toEqual([]);
});

test('proposes a valid handler', () => {
  expect(messagesOf(RULE, [runtimeClass('gvisor', 'Runsc_1')])).toEqual([
    'a handler has to be a DNS label (at most 63 lower-case letters, digits and "-", a letter or digit at both ends), not "Runsc_1"; write "runsc-1"',
  ]);
});

test('proposes a valid class name', () => {
  expect(messagesOf(RULE, [runtimeClass('gVisor_A', 'runsc')])).toEqual([expect.stringContaining('not "gVisor_A"; write "gvisor-a"')]);
});

test('reports a handler of the plan that no table or label could carry', () => {
  const manifests = quickstart();
  editPlan(manifests, (plan) => (plan.runtimes[0].handler = 'runsc.1'));
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('not "runsc.1"; write "runsc-1"')]);
});
