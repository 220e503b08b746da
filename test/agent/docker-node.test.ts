import { ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FakeEngine } from './docker/fake-engine';
import { scratchFolders } from './scratch-folder';
import { DockerNode } from '../../agent/docker-node';
import { Host } from '../../agent/host/host';
import type { DockerPlatformPlan } from '../../src/installer/install-plan';
import { NodePlatform } from '../../src/platform/node-platform';

const scratchFolder = scratchFolders();
const RUNSC = { path: '/opt/sandbox-runtimes/gvisor/1/runsc', runtimeArgs: ['--platform=systrap'] };

let engine: FakeEngine;
let dockerd: ChildProcess;
let root: string;
let node: DockerNode;

beforeEach(async () => {
  root = scratchFolder();
  const engineSocket = join(root, 'docker.sock');
  engine = await FakeEngine.listen(engineSocket);
  dockerd = spawn('sh', ['-c', 'trap : HUP; while :; do sleep 0.1; done', '--'], { stdio: 'ignore' });
  const pidFile = join(root, 'dockerd.pid');
  writeFileSync(pidFile, String(dockerd.pid));
  const platform = { ...NodePlatform.DOCKER._plan(), engineSocket, restart: { kind: 'supervised', pidFile } } as DockerPlatformPlan;
  node = new DockerNode(new Host(root), platform);
});

afterEach(async () => {
  dockerd.kill('SIGKILL');
  await engine.stop();
});

function daemonJson(content: object): void {
  mkdirSync(join(root, 'etc/docker'), { recursive: true });
  writeFileSync(join(root, 'etc/docker/daemon.json'), JSON.stringify(content));
}

/** Docker reads its configuration again a moment later. */
function reloadSoon(runtimes: { [name: string]: object }): void {
  setTimeout(() => {
    Object.assign(engine.runtimes, runtimes);
    engine.reloads.push(Date.now() / 1000);
  }, 150);
}

test('has Docker read its configuration again, and waits until it says so', async () => {
  daemonJson({ runtimes: { runsc: RUNSC } });
  reloadSoon({ runsc: RUNSC });
  expect(await node.activate()).toBe('has read its configuration again, and no container was touched');
});

test('is not content with a reload after which Docker lacks a runtime of the file', async () => {
  daemonJson({ runtimes: { runsc: RUNSC } });
  reloadSoon({ runsc: { path: '/opt/sandbox-runtimes/gvisor/0/runsc' } });
  await expect(node.activate()).rejects.toThrow('has read /etc/docker/daemon.json again, and it has no runtime "runsc" as the file says');
});

test('is not content with another default runtime than the file says', async () => {
  daemonJson({ 'runtimes': { runsc: RUNSC }, 'default-runtime': 'runsc' });
  reloadSoon({ runsc: RUNSC });
  await expect(node.activate()).rejects.toThrow('its default runtime is runc');
});

test('serves a program only as the file says, and a shim by its name, of which Docker tells no more', async () => {
  daemonJson({ runtimes: { runsc: RUNSC, kata: { runtimeType: '/opt/sandbox-runtimes/kata/1/shim' }, absent: { path: '/usr/bin/absent' } } });
  engine.runtimes = { runc: { path: 'runc' }, kata: {}, runsc: { ...RUNSC, runtimeArgs: [] } };
  expect(await node.servedHandlers()).toEqual(['runc', 'kata']);
  engine.runtimes.runsc = RUNSC;
  expect(await node.servedHandlers()).toEqual(['runc', 'kata', 'runsc']);
});

test('knows the Pods of cri-dockerd by their labels, and other containers by their names', async () => {
  engine.add({ runtime: 'runsc', labels: { 'io.kubernetes.pod.namespace': 'team-a', 'io.kubernetes.pod.name': 'web' } });
  engine.add({ runtime: 'runc', name: 'registry' });
  engine.add({ runtime: 'runsc', labels: { 'sandbox-runtimes/probe': '' } });
  engine.add({ runtime: 'runsc', running: false });
  expect(await node.runningPods()).toEqual([
    { handler: 'runsc', namespace: 'team-a', name: 'web' },
    { handler: 'runc', namespace: 'docker', name: 'registry' },
  ]);
});

test('a container that ends between being listed and being looked at runs no more', async () => {
  engine.add({ runtime: 'runc' });
  engine.failures['GET /containers/{id}/json'] = { status: 404, message: 'No such container: c1' };
  expect(await node.runningPods()).toEqual([]);
  expect(await node.runningShims()).toEqual([]);
});

test('cannot say which releases are in use as long as a container runs on anything but runc', async () => {
  engine.add({ runtime: 'runc' });
  expect(await node.runningShims()).toEqual([]);
  engine.add({ runtime: 'kata-of-another-time' });
  expect(await node.runningShims()).toBeUndefined();
});

test('tells version, file and what labels containers for SELinux', async () => {
  expect(await node.containerRuntime()).toMatchObject({ version: '28.5.1', configFile: '/etc/docker/daemon.json', selinux: undefined, notices: [] });
  daemonJson({ 'selinux-enabled': true });
  engine.version = '20.10.24+dfsg1';
  expect(await node.containerRuntime()).toMatchObject({ selinux: 'selinux-enabled', notices: [expect.stringContaining('no longer as "io.containerd.runc.v2"')] });
});
