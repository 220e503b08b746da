import * as fc from 'fast-check';
import { compareGVisorVersions, validateGVisorVersion } from '../../src/runtime/gvisor-version';

test.each(['20260928.0', '20261005.0', '20240229.12'])('takes the exact release %s', (version) => {
  expect(() => validateGVisorVersion(version)).not.toThrow();
});

test.each([
  ['latest', '"latest" is not a gVisor release but a name that moves; write an exact release such as "20260928.0"'],
  ['nightly/latest', 'a name that moves'],
  ['master', 'a name that moves'],
  ['20260928', 'write the exact release, such as "20260928.0"'],
  ['release-20260928.0', 'write "20260928.0"'],
  ['20260928.00', 'got "20260928.00"'],
  ['20260928.0 ', 'got "20260928.0 "'],
  ['20261301.0', 'got "20261301.0"'],
  ['20260230.0', 'got "20260230.0"'],
  ['v1.2.3', 'a gVisor release is written <yyyymmdd>.<point release>, such as "20260928.0", got "v1.2.3"'],
  ['', 'got ""'],
])('refuses "%s" and says what to write', (version, message) => {
  expect(() => validateGVisorVersion(version)).toThrow(message);
});

test('orders releases by day and then by point release, as numbers', () => {
  const releases = ['20261005.0', '20260928.10', '20260928.2', '20260928.0', '20251231.0'];
  expect([...releases].sort(compareGVisorVersions)).toEqual([...releases].reverse());
});

test('finds every release equal to itself and older than its next point release', () => {
  fc.assert(fc.property(fc.integer({ min: 20190101, max: 20991231 }), fc.nat(500), (day, point) => {
    expect(compareGVisorVersions(`${day}.${point}`, `${day}.${point}`)).toBe(0);
    expect(compareGVisorVersions(`${day}.${point}`, `${day}.${point + 1}`)).toBeLessThan(0);
    expect(compareGVisorVersions(`${day + 1}.0`, `${day}.${point}`)).toBeGreaterThan(0);
  }));
});
