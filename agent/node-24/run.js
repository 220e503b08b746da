#!/usr/bin/env node
// Runs its arguments under Node.js 24: the platform's package where there is one, else this Node.js if it is a 24.
const { spawnSync } = require('node:child_process');

function node24() {
  try {
    return require.resolve(`node-${process.platform}-${process.arch}/bin/node`);
  } catch {
    if (process.versions.node.startsWith('24.')) return process.execPath;
    console.error(`the agent's tests need Node.js 24: there is no package of it for ${process.platform} ${process.arch}, `
      + `and this is Node.js ${process.versions.node}; run the command with Node.js 24 instead`);
    process.exit(1);
  }
}

const run = spawnSync(node24(), process.argv.slice(2), { stdio: 'inherit' });
if (run.error) throw run.error;
process.exit(run.status ?? 1);
