import type { Problem } from './finding';
import type { LineUpIndex } from './line-up-index';

/** One link of the line-up that can be broken. */
export interface Rule {
  /** The link, as findings name it. */
  readonly id: string;
  check(index: LineUpIndex): Iterable<Problem>;
}
