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
