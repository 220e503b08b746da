import { validateGVisorVersion } from '../../src/runtime/gvisor-version';
import { REFUSED_RUNSC_FLAGS, RUNSC_FLAG_SINCE, RUNSC_FLAGS } from '../../src/runtime/runsc-flags';

const typed = Object.entries(RUNSC_FLAGS);

test('each member of the options is its flag\'s name in camel case', () => {
  for (const [option, { flag }] of typed) {
    expect(option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)).toBe(flag);
  }
});

test('no flag has two members, and none that has one is refused as an extra flag for another reason', () => {
  const flags = typed.map(([, { flag }]) => flag);
  expect(new Set(flags).size).toBe(flags.length);
  expect(flags.filter((flag) => REFUSED_RUNSC_FLAGS.some((refused) => refused.flag.test(flag)))).toEqual([]);
});

test('each first release is an exact one', () => {
  for (const release of Object.values(RUNSC_FLAG_SINCE)) {
    expect(() => validateGVisorVersion(release)).not.toThrow();
  }
});
