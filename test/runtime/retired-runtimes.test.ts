import { RETIRED_RUNTIMES, retiredRuntime } from '../../src/runtime/retired-runtimes';
import { validateHandler } from '../../src/runtime/runtime-names';

test.each(RETIRED_RUNTIMES.flatMap(({ handlers }) => handlers))('%s is refused as a handler, and the error names its successor', (handler) => {
  expect(() => validateHandler(handler)).toThrow(new RegExp(`^handler "${handler}" is .*; use ${retiredRuntime(handler)!.successor}$`));
});

test.each(['runV', 'Kata-Runtime'])('%s is known in any spelling of its letters', (handler) => {
  expect(retiredRuntime(handler)).toBeDefined();
});

test.each(['kata', 'kata-qemu', 'kata-qemu-runtime-rs', 'runsc', 'kata-dragonball'])('%s is not retired', (handler) => {
  expect(retiredRuntime(handler)).toBeUndefined();
});

/** What the sources of the table say, in the order of the table. */
test('knows each retired runtime, and why it is', () => {
  expect(RETIRED_RUNTIMES.map(({ handlers, what, source }) => [handlers.join(), /\d{4}|\d\.\d+/.exec(what)![0], new URL(source).host])).toEqual([
    ['runv', '2017', 'www.phoronix.com'],
    ['cc-runtime,clear-containers', '2017', 'www.phoronix.com'],
    ['kata-runtime', '2.0', 'github.com'],
    ['kata-stratovirt', '2025', 'github.com'],
    ['frakti', '2021', 'github.com'],
    ['cri-containerd', '1.1', 'github.com'],
    ['dockershim', '1.24', 'github.com'],
  ]);
});

test.each(RETIRED_RUNTIMES)('$handlers: the successor is one that this library has', ({ successor }) => {
  expect(successor).toMatch(/KataRuntime|KataShim|containerd/);
});
