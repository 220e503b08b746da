import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCanary } from '../../../agent/containerd/canary';
import { parseToml } from '../../../agent/containerd/toml';
import { Refusal } from '../../../agent/refusal';
import { scratchFolders } from '../scratch-folder';

const scratch = scratchFolders();
const DUMP = parseToml('version = 3\n[plugins]\n');

/** A stand-in for containerd that never answers; what answers is tried with real ones in e2e/. */
async function failure(script: string, timeoutMs: number): Promise<{ error: Error; folder: string }> {
  const folder = scratch();
  const command = join(scratch(), 'containerd');
  writeFileSync(command, `#!/bin/sh\n${script}\n`);
  chmodSync(command, 0o755);
  const error = await runCanary({ command: [command], dump: DUMP, folder, timeoutMs }).then(() => new Error('it came up'), (reason: Error) => reason);
  return { error, folder };
}

test('a containerd that ends is refused with its own errors', async () => {
  const { error } = await failure('echo "level=info msg=booting"; echo "containerd: bad thing" >&2; exit 7', 5_000);
  expect(error).toBeInstanceOf(Refusal);
  expect(error.message).toBe('containerd does not come up: it ended with exit code 7: containerd: bad thing');
});

test('the reason is the CRI plugin where the log has one, and the last lines where it has none', async () => {
  const cri = await failure('echo \'level=error msg=other\'; echo \'msg="failed to load plugin" id=io.containerd.grpc.v1.cri error=x\'; exit 1', 5_000);
  expect(cri.error.message).toMatch(/exit code 1: msg="failed to load plugin" id=io.containerd.grpc.v1.cri error=x$/);
  expect((await failure('echo one; echo two; exit 1', 5_000)).error.message).toMatch(/: one \| two$/);
  expect((await failure('exit 1', 5_000)).error.message).toMatch(/: it wrote no log$/);
});

test('a program that cannot be started is refused', async () => {
  await expect(runCanary({ command: ['/nowhere/containerd'], dump: DUMP, folder: scratch(), timeoutMs: 5_000 })).rejects.toThrow(/it cannot be started \(spawn/);
});

test('one that does not answer in time may be tried again, and is stopped', async () => {
  const { error, folder } = await failure('trap "touch stopped; exit" TERM; cd "$(dirname "$2")"; touch started; while :; do sleep 0.02; done', 400);
  expect(error).not.toBeInstanceOf(Refusal);
  expect(error.message).toMatch(/^containerd does not come up: its CRI was not ready in time \(.+\): /);
  expect(existsSync(join(folder, 'stopped'))).toBe(true);
});

test('is started with the configuration in its folder', async () => {
  const { folder } = await failure('echo "$@" > "$(dirname "$2")/arguments"; exit 1', 5_000);
  expect(readFileSync(join(folder, 'arguments'), 'utf8')).toBe(`--config ${folder}/config.toml --log-level info\n`);
  expect(parseToml(readFileSync(join(folder, 'config.toml'), 'utf8'))).toMatchObject({ root: `${folder}/root`, state: `${folder}/state` });
});
