import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

test('a process that waits ends by its own decision when it is told to', async () => {
  const program = "import { endWhenTold } from './end-when-told'; endWhenTold(process); setInterval(() => {}, 1000); console.log('waits');";
  const { outputFiles } = buildSync({
    stdin: { contents: program, resolveDir: join(__dirname, '..', '..', 'agent'), loader: 'ts' },
    bundle: true,
    platform: 'node',
    write: false,
  });
  const child = spawn(process.execPath, ['--eval', outputFiles[0].text], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  // Killed by the signal it would have no exit code, and as a container's first process it would not end at all.
  expect(await once(child, 'exit')).toEqual([143, null]);
});
