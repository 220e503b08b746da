import { ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FakeCri } from './cri/fake-cri';
import { scratchFolders } from './scratch-folder';
import { RUN_POD_SANDBOX_REQUEST } from '../../agent/cri/cri-messages';
import { CrioNode } from '../../agent/crio-node';
import { Host } from '../../agent/host/host';
import type { CrioPlatformPlan } from '../../src/installer/install-plan';
import { NodePlatform } from '../../src/platform/node-platform';

const scratchFolder = scratchFolders();

let cri: FakeCri;
let crio: ChildProcess;
let root: string;
let platform: CrioPlatformPlan;

beforeEach(async () => {
  root = scratchFolder();
  const socket = join(root, 'crio.sock');
  cri = await FakeCri.listen(socket);
  cri.config = { sandboxImage: 'registry.k8s.io/pause:3.10' };
  cri.handlers = ['', 'crun'];
  crio = spawn('sh', ['-c', 'trap : HUP; while :; do sleep 0.1; done'], { stdio: 'ignore' });
  const pidFile = join(root, 'crio.pid');
  writeFileSync(pidFile, String(crio.pid));
  platform = { ...NodePlatform.CRIO._plan(), socket, restart: { kind: 'supervised', pidFile } } as CrioPlatformPlan;
});

afterEach(async () => {
  crio.kill('SIGKILL');
  await cri.stop();
});

function node(change: Partial<CrioPlatformPlan> = {}): CrioNode {
  return new CrioNode(new Host(root), { ...platform, ...change });
}

function dropIn(name: string, text: string): void {
  mkdirSync(join(root, 'etc/crio/crio.conf.d'), { recursive: true });
  writeFileSync(join(root, 'etc/crio/crio.conf.d', name), text);
}

test('has CRI-O read its configuration again, and waits until it serves what the files define', async () => {
  dropIn('99-sandbox-runtimes-kata', '[crio.runtime.runtimes.kata]\n');
  setTimeout(() => { cri.handlers = ['', 'crun', 'kata']; }, 150);
  expect(await node().activate()).toBe('has read its configuration again, and no container was touched');
  expect(await node().servedHandlers()).toEqual(['', 'crun', 'kata']);
});

test('proves a handler of a CRI-O that does not report its handlers by running a sandbox', async () => {
  cri.handlers = [];
  await node().proveHandler('kata');
  expect(cri.calls).toContain('RunPodSandbox');
  await node().proveDefaultRuntime();
});

test('does not prove a handler that CRI-O does not report, although it reports others', async () => {
  await expect(node().proveHandler('kata')).rejects.toThrow('the container runtime does not serve handler "kata"; its handlers are: crun');
});

test('cannot say which releases are in use as long as a Pod runs on a handler', async () => {
  expect(await node().runningShims()).toEqual([]);
  cri.leaveSandbox('a', RUN_POD_SANDBOX_REQUEST.encode({ config: { metadata: { name: 'web', namespace: 'team-a', uid: '1', attempt: 0 } }, runtimeHandler: '' }));
  expect(await node().runningShims()).toEqual([]);
  cri.leaveSandbox('b', RUN_POD_SANDBOX_REQUEST.encode({ config: { metadata: { name: 'api', namespace: 'team-a', uid: '2', attempt: 0 } }, runtimeHandler: 'kata' }));
  expect(await node().runningShims()).toBeUndefined();
  expect(await node().runningPods()).toContainEqual({ handler: 'kata', namespace: 'team-a', name: 'api' });
});

test('labels for SELinux where a file says so, unless the installer turns that off, which it then says', async () => {
  expect(await node().containerRuntime()).toMatchObject({ version: '1.0', selinux: undefined, notices: [] });
  dropIn('10-selinux', '[crio.runtime]\nselinux = true\n');
  expect(await node().containerRuntime()).toMatchObject({ selinux: 'selinux' });
  const off = await node({ disablesSelinux: true }).containerRuntime();
  expect(off).toMatchObject({ selinux: undefined, notices: [expect.stringContaining('SELinux is off for every container of this node')] });
});
