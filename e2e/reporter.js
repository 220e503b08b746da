const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const REQUIRED = join(__dirname, 'required-scenarios.json');

/**
 * Ends every run with one plain line. With the option `required`, each scenario that is named in the list has to have
 * run in CI, so that none gets lost with a filter, a renamed file or a condition.
 */
class Reporter {
  constructor(_config, { required = false } = {}) {
    this.required = required;
  }

  onRunComplete(_contexts, results) {
    const lost = process.env.CI && this.required ? lostScenarios(results) : [];
    for (const name of lost) console.log(`did not run or was skipped, but e2e/required-scenarios.json names it: ${name}`);
    if (lost.length > 0) this.error = new Error(`${lost.length} of the required scenarios did not run`);
    // A file that could not even be loaded counts as one failure.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites + lost.length;
    const skipped = results.numPendingTests + results.numTodoTests;
    // Jest's own summary comes after every other reporter.
    process.once('exit', () => console.log(`${results.numPassedTests} passed, ${failed} failed, ${skipped} skipped`));
  }

  getLastError() {
    return this.error;
  }
}

function lostScenarios(results) {
  const tests = results.testResults.flatMap(file => file.testResults);
  const ran = new Set(tests.filter(({ status }) => status === 'passed' || status === 'failed').map(({ fullName }) => fullName));
  return JSON.parse(readFileSync(REQUIRED, 'utf8')).filter(name => !ran.has(name));
}

module.exports = Reporter;
