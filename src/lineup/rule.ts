import type { Problem } from './finding';
import type { LineUpIndex } from './line-up-index';

/** One link of the line-up that can be broken. */
export interface Rule {
  /** The link, as findings name it. */
  readonly id: string;
  check(index: LineUpIndex): Iterable<Problem>;
}

/**
 * A rule about what few manifests have: its module is loaded only where `concerns` holds, as it is one of those that
 * projenrc/bundle-library.mjs loads later. That has to hold wherever the rule finds something.
 */
export function rare(id: string, concerns: (index: LineUpIndex) => boolean, rule: () => Rule): Rule {
  return {
    id,
    *check(index) {
      if (concerns(index)) {
        yield* rule().check(index);
      }
    },
  };
}
