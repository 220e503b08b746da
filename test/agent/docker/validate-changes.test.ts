import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { validateDockerChanges } from '../../../agent/docker/validate-changes';
import { FileChange } from '../../../agent/file-change';
import { scratchFolders } from '../scratch-folder';

const scratchFolder = scratchFolders();
const CHANGE: FileChange = { path: '/etc/docker/daemon.json', before: Buffer.from('{"old": 1}'), after: Buffer.from('{"new": 1}'), mode: 0o644 };

/** A dockerd that says its arguments and then does what the script says; `$file` is the file that it reads. */
function dockerd(script: string) {
  const folder = scratchFolder();
  mkdirSync(folder, { recursive: true });
  const program = join(folder, 'dockerd');
  writeFileSync(program, `#!/bin/sh\nfor file; do :; done\n${script}\n`, { mode: 0o755 });
  return { command: [program], args: ['-H', 'fd://', '--config-file', '/other.json', '$DOCKER_OPTS'], path: ['/usr/bin', '/bin'], version: '28.5.1', temporary: folder };
}

test('takes a file that dockerd takes', async () => {
  const validation = await validateDockerChanges({ ...dockerd('grep -q new "$file"'), changes: [CHANGE] });
  expect(validation).toEqual({ changesBehaviour: true, finding: 'only our runtimes differ, and dockerd takes the file' });
});

test('gives dockerd the arguments that it runs with, but for the file', async () => {
  await expect(validateDockerChanges({ ...dockerd('echo "$*" | sed "s# /.*##" >&2; grep -q old "$file"'), changes: [CHANGE] }))
    .rejects.toThrow(/-H fd:\/\/ --validate --config-file/);
});

test('refuses a file that dockerd does not take, with its reason', async () => {
  await expect(validateDockerChanges({ ...dockerd('grep -q old "$file" || { echo "specified both as a flag and in the file" >&2; exit 1; }'), changes: [CHANGE] }))
    .rejects.toThrow(/dockerd does not take the changed file: .*specified both as a flag and in the file; nothing was written/);
});

test('goes on where dockerd has the same against the file as it was: it may miss something here that it has on the host', async () => {
  const { finding } = await validateDockerChanges({ ...dockerd('echo "userland-proxy-path is not set" >&2; exit 1'), changes: [CHANGE] });
  expect(finding).toMatch(/dockerd cannot try a file here \(.*userland-proxy-path is not set\)/);
});

test('does not ask a dockerd that cannot try a file', async () => {
  const { finding } = await validateDockerChanges({ ...dockerd('exit 1'), version: '20.10.24+dfsg1', changes: [CHANGE] });
  expect(finding).toBe('only our runtimes differ; dockerd 20.10.24+dfsg1 cannot try a file');
});

test('does not try what takes the file away', async () => {
  expect(await validateDockerChanges({ ...dockerd('exit 1'), changes: [{ ...CHANGE, after: undefined }] })).toMatchObject({ changesBehaviour: true });
});
