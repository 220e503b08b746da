import { editPlan, messagesOf, quickstart } from '../fixture';

const RULE = 'node-requirements';

test('accepts what gVisor needs of a node', () => {
  expect(messagesOf(RULE, quickstart())).toEqual([]);
});

test('reports a sysctl or device that gVisor does not need', () => {
  const manifests = quickstart();
  editPlan(manifests, ({ runtimes: [{ requires }] }) => {
    requires.sysctls[0].path = 'user/max_user_namespace';
    requires.devices.push('/dev/kvn');
  });
  expect(messagesOf(RULE, manifests)).toEqual([
    expect.stringContaining('for the sysctl "user/max_user_namespace"; gVisor needs only user/max_user_namespaces, '),
    expect.stringContaining('for the device "/dev/kvn"; gVisor needs only /dev/kvm'),
  ]);
});
