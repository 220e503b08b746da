import { figure } from '../real-cluster/figures';
import { SEEDED_BUGS } from '../seeded-bugs/bugs';
import { SourceCopy } from '../seeded-bugs/seeded-bug';

let sources: SourceCopy;
let red = 0;

beforeAll(() => { sources = new SourceCopy(); });
afterAll(() => {
  sources.remove();
  figure('bugs seeded in the agent that turned its unit tests red', `${red} of ${SEEDED_BUGS.length}`);
});

/** The same tests are to notice some of them. */
const suites = [...new Map(SEEDED_BUGS.map(({ noticed }) => [noticed.join(', '), noticed]))].map(([name, suite]) => ({ name, suite }));

test.each(suites)('the agent\'s unit tests are green as they are: $name', ({ suite }) => {
  const { passed, failed, notLoaded, output } = sources.test(suite);
  expect({ output, failed, notLoaded, any: passed > 0 }).toEqual({ output, failed: 0, notLoaded: 0, any: true });
});

test.each(SEEDED_BUGS)('the agent\'s unit tests turn red where $bug', (bug) => {
  const { failed, notLoaded, output } = sources.with(bug, () => sources.test(bug.noticed));
  expect({ output, notLoaded, red: failed > 0 }).toEqual({ output, notLoaded: 0, red: true });
  red++;
});
