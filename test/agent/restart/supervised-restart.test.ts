import { ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SupervisedRestart } from '../../../agent/restart/supervised-restart';
import { scratchFolders } from '../scratch-folder';

const scratchFolder = scratchFolders();
let pidFile: string;
let processes: ChildProcess[];

beforeEach(() => {
  pidFile = join(scratchFolder(), 'daemon.pid');
  processes = [];
});

afterEach(() => {
  for (const child of processes) child.kill('SIGKILL');
  if (existsSync(pidFile)) spawnSync('kill', ['-9', readFileSync(pidFile, 'utf8').trim()]);
});

function shell(script: string): ChildProcess {
  const child = spawn('sh', ['-c', script, 'sh', pidFile], { stdio: 'ignore' });
  processes.push(child);
  return child;
}

/** Runs `daemon` again and again as the shell would, and writes its process ID. */
async function supervise(daemon: string): Promise<number> {
  shell(`while :; do ${daemon} & echo $! >"$1.new"; mv "$1.new" "$1"; wait $!; done`);
  while (!existsSync(pidFile)) await new Promise((resolve) => setTimeout(resolve, 5));
  return pid();
}

function pid(): number {
  return Number(readFileSync(pidFile, 'utf8'));
}

test('a supervised process is replaced by a new one', async () => {
  const old = await supervise('sleep 1000');
  await new SupervisedRestart(pidFile).restart();
  expect(pid()).not.toBe(old);
  expect(existsSync(`/proc/${pid()}`)).toBe(true);
});

test('a process is told to read its configuration again and stays the same one', async () => {
  const log = `${pidFile}.log`;
  const old = await supervise(`sh -c 'trap "echo again >>$0" HUP; while :; do sleep 0.05; done' ${log}`);
  await new Promise((resolve) => setTimeout(resolve, 200));
  await new SupervisedRestart(pidFile).reload();
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(readFileSync(log, 'utf8')).toBe('again\n');
  expect(pid()).toBe(old);
});

test('knows the command line of the process', async () => {
  await supervise('sleep 1000');
  // The shell's child is the shell until it has started the program.
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await new SupervisedRestart(pidFile).command()).toEqual(['sleep', '1000']);
});

test('without a pid file there is nothing to restart', async () => {
  await expect(new SupervisedRestart(pidFile).restart()).rejects.toThrow(`${pidFile} has no process ID`);
});

test.each(['', 'containerd', '-1', '0', '12 13'])('a pid file with "%s" in it is not acted on', async (content) => {
  writeFileSync(pidFile, content);
  await expect(new SupervisedRestart(pidFile).restart()).rejects.toThrow(`${pidFile} has no process ID`);
  writeFileSync(pidFile, '999999999');
});

test('a process that is not visible is explained', async () => {
  writeFileSync(pidFile, '999999999\n');
  await expect(new SupervisedRestart(pidFile).restart())
    .rejects.toThrow(/process 999999999 of .* is not visible here: .* can only be restarted from the PID namespace of the host \(hostPID\)/);
});

test('neither the agent nor a process that started it is ever signalled', async () => {
  for (const own of [process.pid, process.ppid]) {
    writeFileSync(pidFile, `${own}`);
    await expect(new SupervisedRestart(pidFile).restart()).rejects.toThrow(`process ${own} of ${pidFile} is the agent itself here`);
  }
  writeFileSync(pidFile, '999999999');
});

test('a process that ignores the signal is reported', async () => {
  const old = await supervise("(trap '' TERM; while :; do sleep 1; done)");
  await new Promise((resolve) => setTimeout(resolve, 100));
  await expect(new SupervisedRestart(pidFile, 200).restart()).rejects.toThrow(`process ${old} of ${pidFile} got SIGTERM and did not end within 200 ms`);
});

test('a process without a supervisor is reported', async () => {
  const child = shell('exec sleep 1000');
  writeFileSync(pidFile, `${child.pid}`);
  await expect(new SupervisedRestart(pidFile, 200).restart()).rejects.toThrow(`process ${child.pid} ended, but its supervisor wrote no new process ID to ${pidFile}`);
});

test('a supervisor whose new process dies at once is reported', async () => {
  const child = shell('exec sleep 1000');
  writeFileSync(pidFile, `${child.pid}`);
  setTimeout(() => writeFileSync(pidFile, '999999999'), 50);
  await expect(new SupervisedRestart(pidFile, 300).restart()).rejects.toThrow('process 999999999, which its supervisor wrote to');
});
