// Runs its arguments under the Node.js of whoever runs npm. In the path of tasks, the one of the agent's tests comes first.
const { spawnSync } = require('node:child_process');

const run = spawnSync(process.env.npm_node_execpath ?? process.execPath, process.argv.slice(2), { stdio: 'inherit' });
if (run.error) throw run.error;
process.exit(run.status ?? 1);
