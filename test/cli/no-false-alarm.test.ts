import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runCommandLine } from '../../src/cli/command-line';
import { EXAMPLE_NAMES, synthesizeExample } from '../examples/synthesize-example';

jest.mock('../../src/installer/agent-program', () => ({ agentProgram: () => 'console.log("runs /sandbox-runtimes/agent.js");\n' }));

function check(standardInput: string, ...args: string[]) {
  return runCommandLine(['check', ...args], { standardInput: () => standardInput, colors: false });
}

test.each(EXAMPLE_NAMES)('nothing is wrong with the example %s', (example) => {
  const { status, output } = check(JSON.stringify(synthesizeExample(example)), '-');
  expect(output).not.toMatch(/^error /m);
  expect(status).toBe(0);
});

const CORPUS = join(__dirname, '..', '..', '..', 'shared', 'corpus');
/** Other people's files are not part of the repository. */
const isThere = existsSync(CORPUS);
const remark = isThere ? '' : ' (skipped: they are not beside this checkout)';

/** Classes and handlers of theirs that are in other files of theirs. */
const ELSEWHERE = ['class-exists', 'handler-installed'];

(isThere ? test : test.skip)(`nothing is wrong with Pods of public repositories but what is${remark}`, () => {
  const { findings } = JSON.parse(check('', '--format', 'json', join(CORPUS, 'pods')).output);
  expect(findings.filter(({ rule, severity }: any) => severity === 'error' && !ELSEWHERE.includes(rule))).toEqual([]);
});

(isThere ? test : test.skip)(`nothing is wrong with RuntimeClasses of public repositories but what is${remark}`, () => {
  const { findings } = JSON.parse(check('', '--format', 'json', join(CORPUS, 'runtimeclasses')).output);
  const wrong = findings.filter(({ rule, severity }: any) => severity === 'error' && !ELSEWHERE.includes(rule)).map(({ rule }: any) => rule);
  // Files of different repositories, together: the same names with other handlers, a sandbox that is runc, and a handler that is no name.
  expect(new Set(wrong)).toEqual(new Set(['duplicate-name', 'sandbox-in-name-only', 'valid-name']));
});
