import * as fc from 'fast-check';
import { KataShim } from '../../src/runtime/kata-shim';
import { KataSize } from '../../src/runtime/kata-size';
import { mebibytes } from '../../src/runtime/pod-overhead';

const rust = Object.values(KataShim).filter((value): value is KataShim => value instanceof KataShim && value.isRuntimeRs);

test('sizes grow, and with them what a guest gets and what its class reserves', () => {
  const sizes = [KataSize.S, KataSize.M, KataSize.L, KataSize.XL];
  const shim = KataShim.QEMU_RUNTIME_RS;
  expect(sizes.map((size) => [size.name, size.vcpus, size.memory, size._settings(shim).overhead_memory, size.overheadOf(shim).memory])).toEqual([
    ['s', 1, 512, 40, '329Mi'],
    ['m', 2, 2048, 64, '356Mi'],
    ['l', 4, 8192, 160, '464Mi'],
    ['xl', 8, 32768, 544, '896Mi'],
  ]);
});

test('whatever the size, the class reserves more than the guest gets beyond the Pod\'s limits', () => {
  fc.assert(fc.property(fc.constantFrom(...rust), fc.integer({ min: 128, max: 2 ** 23 }), (shim, memory) => {
    const size = KataSize.of('x', { vcpus: 1, memory });
    expect(mebibytes(size.overheadOf(shim).memory!)).toBeGreaterThan(size._settings(shim).overhead_memory);
  }));
});

test('a shim of the Go runtime is refused, since its guests are sized in another way', () => {
  expect(() => KataSize.S._settings(KataShim.QEMU)).toThrow('the size "s" needs a shim of runtime-rs');
});

test.each<[string, string, { vcpus: number; memory: number }, string]>([
  ['a name that no handler could end in', 'S', { vcpus: 1, memory: 512 }, 'is a DNS label of at most 22 characters such as "s", got "S"'],
  ['half a processor', 'x', { vcpus: 0.5, memory: 512 }, 'vcpus of the size "x" must be a whole number of at least 1, got 0.5'],
  ['no props, as JavaScript lets them through', 'x', undefined as any, 'vcpus of the size "x" must be a whole number of at least 1, got undefined'],
  ['processors as text', 'x', { vcpus: '1' as any, memory: 512 }, 'must be a whole number of at least 1, got "1"'],
  ['memory in GiB', 'x', { vcpus: 1, memory: 4 }, 'memory of the size "x" is in MiB and must be a whole number of at least 128, got 4'],
])('refuses %s', (_what, name, props, message) => {
  expect(() => KataSize.of(name, props)).toThrow(message);
});
