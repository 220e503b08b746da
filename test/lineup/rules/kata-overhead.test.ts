import { findingsOf, messagesOf, one, runtimeClass } from '../fixture';
import { kata } from '../kata-fixture';

const RULE = 'kata-overhead';
const byHand = (handler: string, memory?: string) => ({ ...runtimeClass(handler, handler), ...memory ? { overhead: { podFixed: { memory } } } : {} });

test('accepts the library\'s class and one that Kata\'s own installer made', () => {
  expect(messagesOf(RULE, [...kata(), byHand('kata-clh-runtime-rs', '130Mi'), byHand('kata-qemu', '16Mi')])).toEqual([]);
});

test('reports a class that reserves less than the guest gets beyond its Pod\'s limits', () => {
  const manifests = kata({ overheadMemory: 256 });
  one(manifests, 'RuntimeClass').overhead.podFixed.memory = '128Mi';
  expect(findingsOf(RULE, manifests)).toMatchObject([{
    rule: RULE,
    severity: 'error',
    object: 'RuntimeClass kata',
    message: 'overhead.podFixed.memory is 128Mi, and a virtual machine of qemu-runtime-rs gets 256 MiB beyond its Pod\'s limits (overhead_memory); '
      + 'reserve more than that (Kata\'s own class has 320Mi)',
  }]);
});

test('reports what is no quantity, and warns where nothing is reserved', () => {
  expect(findingsOf(RULE, [byHand('kata-qemu-runtime-rs', 'much')])).toMatchObject([{ severity: 'error' }]);
  expect(findingsOf(RULE, [byHand('kata-qemu-runtime-rs')])).toMatchObject([{ severity: 'warning' }]);
});
