import { cpus, mebibytes, renderOverhead } from '../../src/runtime/pod-overhead';

test.each([
  ['512Mi', 512], ['1Gi', 1024], ['1048576', 1], ['0.5Gi', 512], ['1e9', 1e9 / 2 ** 20], ['128M', 128e6 / 2 ** 20], ['2048Ki', 2], ['500m', 0.5 / 2 ** 20], ['2k', 2000 / 2 ** 20],
])('%s of memory are %d MiB', (quantity, expected) => {
  expect(mebibytes(quantity)).toBeCloseTo(expected, 9);
});

test.each([['250m', 0.25], ['1', 1], ['1.5', 1.5], ['.5', 0.5], ['2k', 2000], ['1e1', 10]])('%s of CPU are %d processors', (quantity, expected) => {
  expect(cpus(quantity)).toBeCloseTo(expected, 9);
});

test('an overhead that is a number is no quantity', () => {
  expect(() => renderOverhead({ memory: 64 as any })).toThrow('overhead.memory must be a Kubernetes quantity such as "64Mi", got 64');
});

test.each(['', 'much', '1 Gi', '-1', '1Mib', '1Gi1'])('"%s" is no quantity', (quantity) => {
  expect([mebibytes(quantity), cpus(quantity)]).toEqual([NaN, NaN]);
});

test('an overhead names at least one resource, as Kubernetes writes it', () => {
  expect(renderOverhead({ cpu: '250m', memory: '320Mi' })).toEqual({ cpu: '250m', memory: '320Mi' });
  expect(() => renderOverhead({})).toThrow('overhead names neither cpu nor memory');
  expect(() => renderOverhead({ memory: '320 MB' })).toThrow('overhead.memory must be a Kubernetes quantity such as "64Mi", got "320 MB"');
});

test('a suffix that Kubernetes does not know is refused', () => {
  expect(() => renderOverhead({ memory: '65536K' })).toThrow('65536K');
  expect(renderOverhead({ memory: '65536k' })).toEqual({ memory: '65536k' });
  expect(renderOverhead({ memory: '64Ki' })).toEqual({ memory: '64Ki' });
});
