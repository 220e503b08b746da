import * as fc from 'fast-check';
import {
  isDnsLabel, isDnsSubdomain, proposeDnsLabel, proposeDnsSubdomain, RESERVED_HANDLERS, validateHandler, validateRuntimeClassName,
} from '../../src/runtime/runtime-names';

test.each(['runsc', 'gvisor', 'kata-qemu', 'a', '9', 'a'.repeat(63)])('takes the handler %s', (handler) => {
  expect(() => validateHandler(handler)).not.toThrow();
});

test.each([
  ['Runsc_1', 'runsc-1'],
  ['kata_qemu', 'kata-qemu'],
  ['-runsc-', 'runsc'],
  ['runsc.v1', 'runsc-v1'],
  ['gVisor für alle', 'gvisor-f-r-alle'],
  ['a'.repeat(64), 'a'.repeat(63)],
  ['', 'runsc'],
  ['___', 'runsc'],
  ['Runc', 'runsc'],
])('refuses the handler "%s", says what a DNS label is and proposes "%s"', (handler, proposal) => {
  expect(() => validateHandler(handler)).toThrow(`got "${handler}"; write "${proposal}" instead`);
  expect(() => validateHandler(handler)).toThrow('lower-case letters, digits and "-"');
  expect(() => validateHandler(handler)).toThrow('at most 63 characters');
});

test.each(RESERVED_HANDLERS)('refuses the handler %s, under which every ordinary Pod runs', (handler) => {
  expect(() => validateHandler(handler)).toThrow(`handler "${handler}" belongs to the node's ordinary runtime`);
});

test.each(['gvisor', 'gvisor.team-a', 'a'.repeat(253)])('takes the RuntimeClass name %s', (name) => {
  expect(() => validateRuntimeClassName(name)).not.toThrow();
});

test.each([
  ['gVisor.Team_A', 'gvisor.team-a'],
  ['gvisor..a-.-b', 'gvisor.a.b'],
  ['.', 'gvisor'],
  ['', 'gvisor'],
  ['a'.repeat(254), 'a'.repeat(253)],
])('refuses the RuntimeClass name "%s" and proposes "%s"', (name, proposal) => {
  expect(() => validateRuntimeClassName(name)).toThrow(`got "${name}"; write "${proposal}" instead`);
});

test('proposes valid names whatever was written', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.stringMatching(/^[A-Za-z0-9._-]{0,300}$/)), (name) => {
    expect(isDnsLabel(proposeDnsLabel(name))).toBe(true);
    expect(isDnsSubdomain(proposeDnsSubdomain(name))).toBe(true);
    expect(() => validateHandler(proposeDnsLabel(name))).not.toThrow();
  }));
});

test('proposes a valid name itself', () => {
  fc.assert(fc.property(fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/), (name) => {
    fc.pre(!RESERVED_HANDLERS.includes(name));
    expect(proposeDnsLabel(name)).toBe(name);
    expect(proposeDnsSubdomain(`${name}.${name}`)).toBe(`${name}.${name}`);
  }));
});
