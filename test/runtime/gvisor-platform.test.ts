import { GVisorPlatform } from '../../src/runtime/gvisor-platform';

test('KVM needs its device on the node, SYSTRAP needs none', () => {
  expect(GVisorPlatform.KVM.devices).toEqual(['/dev/kvm']);
  expect(GVisorPlatform.SYSTRAP.devices).toEqual([]);
});

test.each([['SYSTRAP', 'systrap'], ['KVM', 'kvm'], ['PTRACE', 'ptrace']] as const)('%s is runsc\'s platform %s', (member, name) => {
  expect(GVisorPlatform[member].name).toBe(name);
});

test('hands out copies of its devices', () => {
  GVisorPlatform.KVM.devices.push('/dev/mem');
  expect(GVisorPlatform.KVM.devices).toEqual(['/dev/kvm']);
});
