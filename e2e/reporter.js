const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const REQUIRED = join(__dirname, 'required-scenarios.json');

/**
 * In CI checks that each named scenario has run, so that none can be lost to a filter, a skip or a renamed file, and
 * ends every run with one plain line.
 */
class Reporter {
  onRunComplete(_contexts, results) {
    const lost = process.env.CI ? lostScenarios(results) : [];
    for (const name of lost) console.log(`did not run or was skipped, but e2e/required-scenarios.json names it: ${name}`);
    if (lost.length > 0) this.error = new Error(`${lost.length} of the required scenarios did not run`);
    // A file that could not even be loaded counts as one failure.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites + lost.length;
    console.log(`${results.numPassedTests} passed, ${failed} failed, ${results.numPendingTests + results.numTodoTests} skipped`);
  }

  getLastError() {
    return this.error;
  }
}

function lostScenarios(results) {
  const ran = new Set(results.testResults.flatMap(file => file.testResults)
    .filter(test => test.status === 'passed' || test.status === 'failed')
    .map(test => test.fullName));
  return JSON.parse(readFileSync(REQUIRED, 'utf8')).filter(name => !ran.has(name));
}

module.exports = Reporter;
