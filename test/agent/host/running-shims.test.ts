import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Host } from '../../../agent/host/host';
import { runningShims } from '../../../agent/host/running-shims';
import { scratchFolders } from '../scratch-folder';

const scratch = scratchFolders();
const SOCKET = '/run/containerd/containerd.sock';
const RUNSC = '/opt/sandbox-runtimes/gvisor/20260928.0/containerd-shim-runsc-v1';
const RUNC = '/usr/bin/containerd-shim-runc-v2';

/** A host with these files in the folders of its tasks. */
function hostWith(tasks: { readonly [task: string]: { readonly [file: string]: string } }): Host {
  const root = scratch();
  for (const [task, files] of Object.entries(tasks)) {
    const folder = join(root, '/run/containerd/io.containerd.runtime.v2.task/k8s.io', task);
    mkdirSync(folder, { recursive: true });
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  }
  return new Host(root);
}

test('lists each shim that runs a sandbox or a container once', () => {
  const host = hostWith({ a: { 'shim-binary-path': RUNSC }, b: { 'shim-binary-path': RUNSC }, c: { 'shim-binary-path': `${RUNC}\n` } });
  expect(runningShims(host, SOCKET)).toEqual([RUNSC, RUNC]);
});

test('takes a container that names its sandbox as run by the sandbox\'s shim', () => {
  const host = hostWith({ a: { 'shim-binary-path': RUNC }, b: { sandbox: 'a' } });
  expect(runningShims(host, SOCKET)).toEqual([RUNC]);
});

test('does not know where a task says nothing', () => {
  expect(runningShims(hostWith({ a: { 'shim-binary-path': RUNC }, b: {} }), SOCKET)).toBeUndefined();
});

test('finds none where nothing runs', () => {
  expect(runningShims(hostWith({}), SOCKET)).toEqual([]);
});
