import { ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FakeCri } from './cri/fake-cri';
import { GrpcFailure } from './cri/fake-grpc-server';
import { scratchFolders } from './scratch-folder';
import { FakeSystemd } from './systemd/fake-systemd';
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
let pidFile: string;

beforeEach(async () => {
  root = scratchFolder();
  const socket = join(root, 'crio.sock');
  cri = await FakeCri.listen(socket);
  cri.config = { sandboxImage: 'registry.k8s.io/pause:3.10' };
  cri.handlers = ['', 'crun'];
  cri.hidesHandlers = true;
  pidFile = join(root, 'crio.pid');
  startDaemon();
  platform = { ...NodePlatform.CRIO._plan(), socket, restart: { kind: 'supervised', pidFile } } as CrioPlatformPlan;
});

afterEach(async () => {
  crio.kill('SIGKILL');
  await cri.stop();
});

function startDaemon(): void {
  crio = spawn('sleep', ['60'], { stdio: 'ignore' });
  writeFileSync(pidFile, String(crio.pid));
}

function node(change: Partial<CrioPlatformPlan> = {}): CrioNode {
  return new CrioNode(new Host(root), { ...platform, ...change });
}

function dropIn(name: string, text: string): void {
  mkdirSync(join(root, 'etc/crio/crio.conf.d'), { recursive: true });
  writeFileSync(join(root, 'etc/crio/crio.conf.d', name), text);
}

test('restarts CRI-O, which would only list new handlers if it were told to read its files again', async () => {
  const first = crio.pid;
  crio.once('exit', startDaemon);
  expect(await node().activate()).toBe('runs again and its CRI is ready');
  expect(crio.pid).not.toBe(first);
});

describe('what a restart by systemd would end', () => {
  let systemd: FakeSystemd;
  const daemon: [string, number, string] = ['/', 100, '/usr/bin/crio'];
  const shim: [string, number, string] = ['/', 102, '/opt/sandbox-runtimes/x/containerd-shim-runsc-v1 -namespace default -id b'];
  const conmon: [string, number, string] = ['/', 101, '/usr/libexec/crio/conmon -b /run -c a'];

  beforeEach(async () => {
    systemd = await FakeSystemd.listen(join(root, 'private'), 'crio.service');
    cri.config = { crio: { CgroupManagerName: 'systemd', Runtimes: { crun: { RuntimeType: '' }, kata: { RuntimeType: 'vm' } } } };
  });

  afterEach(() => systemd.stop());

  function endangered() {
    return new CrioNode(new Host(root), { ...platform, restart: { kind: 'systemd', unit: 'crio.service' } }, { systemdSocket: join(root, 'private') }).endangered();
  }

  function runPod(name: string, runtimeHandler: string): void {
    cri.leaveSandbox(name, RUN_POD_SANDBOX_REQUEST.encode({ config: { metadata: { name, namespace: 'team-a', uid: name, attempt: 0 } }, runtimeHandler }));
  }

  test('are shims, until their Pods have ended', async () => {
    systemd.processes = [daemon, conmon, shim];
    runPod('web', 'crun');
    runPod('api', 'kata');
    expect(await endangered()).toEqual({
      passes: true,
      message: 'CRI-O has to be restarted, and systemd would end the shims of 1 Pod (team-a/api) with it: delete these Pods or drain the node, '
        + 'or set KillMode=process for the unit of CRI-O, and the next attempt goes on',
    });
    systemd.unit.KillMode = 'process';
    expect(await endangered()).toBeUndefined();
  });

  test('are not shims that no Pod has, nor Pods whose shims are elsewhere', async () => {
    systemd.processes = [daemon, shim];
    runPod('web', 'crun');
    expect(await endangered()).toBeUndefined();
    systemd.processes = [daemon];
    runPod('api', 'kata');
    expect(await endangered()).toBeUndefined();
  });

  test('may be Pods of a handler that CRI-O does not have any more', async () => {
    systemd.processes = [daemon, shim];
    runPod('api', 'gone');
    expect(await endangered()).toMatchObject({ passes: true });
  });

  test('do not matter where CRI-O does not answer, which has to be restarted then', async () => {
    systemd.processes = [daemon, conmon, shim];
    runPod('api', 'kata');
    cri.before.Status = () => { throw new GrpcFailure(14, 'not now'); };
    expect(await endangered()).toBeUndefined();
  });

  test('are all containers where CRI-O manages cgroups itself', async () => {
    systemd.processes = [daemon, conmon];
    expect(await endangered()).toBeUndefined();
    cri.config = { crio: { CgroupManagerName: 'cgroupfs' } };
    expect(await endangered()).toEqual({ passes: false, message: expect.stringMatching(/would end all containers of the node with it, as its unit has no KillMode=process and cgroup_manager is "cgroupfs"/) });
  });
});

test('does not take a Pod of somebody else\'s runtime for one of a release of ours', async () => {
  cri.config = { crio: { Runtimes: { crun: { RuntimePath: '/usr/bin/crun' }, kata: { RuntimePath: '/opt/sandbox-runtimes/kata/4.2.0/containerd-shim-kata-v2' } } } };
  const leave = (id: string, runtimeHandler: string) =>
    cri.leaveSandbox(id, RUN_POD_SANDBOX_REQUEST.encode({ config: { metadata: { name: id, namespace: 'team-a', uid: id, attempt: 0 } }, runtimeHandler }));
  leave('a', 'crun');
  expect(await node().runningShims()).toEqual([]);
  leave('b', 'gone');
  expect(await node().runningShims()).toBeUndefined();
});

test('says what to do where CRI-O has only listed a handler since it was told to reload', async () => {
  cri.handlers = ['', 'crun', 'kata'];
  cri.before.RunPodSandbox = () => { throw new GrpcFailure(2, 'failed to find runtime handler kata from runtime list map[crun:0x1]'); };
  await expect(node().proveHandler('kata')).rejects.toThrow(/failed to find runtime handler kata .*; restart CRI-O, which has only listed the handler since it was told to reload/);
});

test('serves a handler as long as the running CRI-O has it as the files say', async () => {
  const shim = '/opt/sandbox-runtimes/kata/4.2.0/containerd-shim-kata-v2';
  dropIn('99-sandbox-runtimes-kata', `[crio.runtime.runtimes.kata]\nruntime_path = "${shim}"\nruntime_config_path = "/opt/sandbox-runtimes/config/kata/a.toml"\n`);
  cri.handlers = ['', 'crun', 'kata'];
  const running = (RuntimePath: string, RuntimeConfigPath: string) => {
    cri.config = { crio: { Runtimes: { crun: { RuntimePath: '/usr/bin/crun', RuntimeConfigPath: '' }, kata: { RuntimePath, RuntimeConfigPath } } } };
    return node().servedHandlers();
  };
  expect(await running(shim, '/opt/sandbox-runtimes/config/kata/a.toml')).toEqual(['', 'crun', 'kata']);
  expect(await running(shim, '/opt/sandbox-runtimes/config/kata/old.toml')).toEqual(['', 'crun']);
  expect(await running('/usr/bin/runc', '/opt/sandbox-runtimes/config/kata/a.toml')).toEqual(['', 'crun']);
  cri.config = { sandboxImage: 'registry.k8s.io/pause:3.10' };
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
  expect(await node().runningPods()).toEqual([{ handler: '', namespace: 'team-a', name: 'web' }, { handler: 'kata', namespace: 'team-a', name: 'api' }]);
});

test('does not count a Pod that has ended since the sandboxes were listed', async () => {
  cri.leaveSandbox('a', RUN_POD_SANDBOX_REQUEST.encode({ config: { metadata: { name: 'web', namespace: 'team-a', uid: '1', attempt: 0 } }, runtimeHandler: 'kata' }));
  cri.before.PodSandboxStatus = () => cri.sandboxes.clear();
  expect(await node().runningPods()).toEqual([]);
  cri.leaveSandbox('a', RUN_POD_SANDBOX_REQUEST.encode({ config: { metadata: { name: 'web', namespace: 'team-a', uid: '1', attempt: 0 } }, runtimeHandler: 'kata' }));
  cri.before.PodSandboxStatus = () => { throw new GrpcFailure(13, 'store broken'); };
  await expect(node().runningPods()).rejects.toThrow('store broken');
});

test('labels for SELinux where a file says so, unless the installer turns that off, which it then says', async () => {
  expect(await node().containerRuntime()).toMatchObject({ version: '1.0', selinux: undefined, notices: [] });
  dropIn('10-selinux', '[crio.runtime]\nselinux = true\n');
  expect(await node().containerRuntime()).toMatchObject({ selinux: 'selinux' });
  const off = await node({ disablesSelinux: true }).containerRuntime();
  expect(off).toMatchObject({ selinux: undefined, notices: [expect.stringContaining('SELinux is off for every container of this node')] });
});
