import { join } from 'node:path';
import { FakeCri } from './cri/fake-cri';
import { GrpcFailure } from './cri/fake-grpc-server';
import { scratchFolders } from './scratch-folder';
import { POD_SANDBOX_STATE, RUN_POD_SANDBOX_REQUEST } from '../../agent/cri/cri-messages';
import { proveDefaultRuntime, proveHandler } from '../../agent/prove';

const scratchFolder = scratchFolders();
let socket: string;
let cri: FakeCri;

beforeEach(async () => {
  socket = join(scratchFolder(), 'socket');
  cri = await FakeCri.listen(socket);
});

afterEach(() => cri.stop());

/** The request of each sandbox that is run; `change` happens to it before anybody else can see it. */
function watchRuns(change: (sandbox: { state: number }, id: string) => void = () => {}) {
  const requests: { handler: string; network?: number; cgroupParent?: string; seccomp?: number }[] = [];
  cri.before.PodSandboxStatus = () => {
    for (const [id, sandbox] of cri.sandboxes) {
      const { config, runtimeHandler } = sandbox.request;
      const context = config?.linux?.securityContext;
      requests.push({
        handler: runtimeHandler,
        network: context?.namespaceOptions?.network,
        cgroupParent: config?.linux?.cgroupParent,
        seccomp: context?.seccomp?.profileType,
      });
      change(sandbox, id);
    }
  };
  return requests;
}

test('a handler is proven by running, checking, stopping and removing a pod sandbox on the network of the node', async () => {
  const requests = watchRuns();
  const timings = await proveHandler(socket, 'runsc');
  expect(requests).toEqual([{ handler: 'runsc', network: 2, cgroupParent: '', seccomp: 0 }]);
  expect(cri.calls).toEqual(['ListPodSandbox', 'Status', 'RunPodSandbox', 'PodSandboxStatus', 'StopPodSandbox', 'RemovePodSandbox']);
  expect(cri.sandboxes.size).toBe(0);
  expect(Object.entries(timings).every(([name, ms]) => ['run', 'stop', 'remove'].includes(name) && ms > 0)).toBe(true);
});

test('the default runtime is proven without a handler', async () => {
  const requests = watchRuns();
  await proveDefaultRuntime(socket);
  expect(requests).toMatchObject([{ handler: '' }]);
});

test('a handler that is not served is named with those that are, and nothing is run', async () => {
  await expect(proveHandler(socket, 'gvisor')).rejects.toThrow('the container runtime does not serve handler "gvisor"; its handlers are: runc, runsc');
  expect(cri.calls).not.toContain('RunPodSandbox');
});

test('where the runtime reports no handlers (containerd 1.x), its configuration counts', async () => {
  cri.handlers = [];
  await proveHandler(socket, 'runsc');
  cri.config = { containerd: { runtimes: { runc: {} } } };
  await expect(proveHandler(socket, 'runsc')).rejects.toThrow('its handlers are: runc');
  cri.config = {};
  await expect(proveHandler(socket, 'runsc')).rejects.toThrow('its handlers are: none');
});

test('the sandbox is in a slice where the default runtime leaves cgroups to systemd', async () => {
  cri.config = { containerd: { defaultRuntimeName: 'runc', runtimes: { runc: { options: { SystemdCgroup: true } }, runsc: {} } } };
  const requests = watchRuns();
  await proveHandler(socket, 'runsc');
  expect(requests).toMatchObject([{ cgroupParent: 'system.slice' }]);
});

test('a sandbox that does not start is reported with the reason, and what is left of it is removed', async () => {
  let left = false;
  cri.before.ListPodSandbox = () => { left = cri.sandboxes.size > 0; };
  cri.server.handle('/runtime.v1.RuntimeService/RunPodSandbox', (bytes) => {
    cri.leaveSandbox('half', bytes);
    throw new GrpcFailure(2, 'no runtime for "runsc" is configured');
  });
  await expect(proveHandler(socket, 'runsc')).rejects.toThrow(/no pod sandbox of handler "runsc" could be started: .*no runtime for "runsc" is configured/);
  expect(left).toBe(true);
  expect(cri.sandboxes.size).toBe(0);
});

test('a sandbox of another handler\'s proof that cannot be removed is left and named, and this handler and the default runtime are proven', async () => {
  const log = jest.spyOn(console, 'log').mockImplementation(() => {});
  cri.leaveSandbox('stuck', RUN_POD_SANDBOX_REQUEST.encode({
    config: { metadata: { name: 'probe', namespace: 'sandbox-runtimes', uid: '1', attempt: 0 }, labels: { 'sandbox-runtimes/probe': '1' } },
    runtimeHandler: 'kata',
  }));
  for (const method of ['StopPodSandbox', 'RemovePodSandbox']) {
    cri.before[method] = () => {
      if (cri.sandboxes.size === 1) throw new GrpcFailure(4, 'context deadline exceeded: shim hangs');
    };
  }
  await proveHandler(socket, 'runsc');
  await proveDefaultRuntime(socket);
  expect([...cri.sandboxes.keys()]).toEqual(['stuck']);
  expect(log).toHaveBeenCalledWith(expect.stringMatching(/sandbox stuck of an earlier proof: is left, as it cannot be removed: .*shim hangs/));
});

test('a sandbox that hangs ends at the limit', async () => {
  cri.before.RunPodSandbox = () => new Promise(() => {});
  await expect(proveHandler(socket, 'runsc', { timeoutMs: 100 })).rejects.toThrow('no answer within 100 ms');
});

test('a sandbox that the kubelet removed before it could be checked is run again', async () => {
  let first = true;
  const requests = watchRuns((_, id) => {
    if (first) cri.sandboxes.delete(id);
    first = false;
  });
  await proveHandler(socket, 'runsc');
  expect(requests).toHaveLength(2);
});

test('a sandbox that is never ready is no proof, and none is left', async () => {
  watchRuns((sandbox) => { sandbox.state = POD_SANDBOX_STATE.NOTREADY; });
  await expect(proveHandler(socket, 'runsc')).rejects.toThrow('a pod sandbox of handler "runsc" started but was not ready right after (3 attempts): it is NOTREADY');
  expect(cri.calls.filter((call) => call === 'RunPodSandbox')).toHaveLength(3);
  expect(cri.sandboxes.size).toBe(0);
});

test('that the kubelet stops and removes it first does not matter', async () => {
  cri.before.StopPodSandbox = () => cri.sandboxes.clear();
  await proveHandler(socket, 'runsc');
  expect(cri.calls).toContain('RemovePodSandbox');
});

test('a sandbox that cannot be stopped is an error, and still gets removed', async () => {
  cri.before.StopPodSandbox = () => { throw new GrpcFailure(2, 'task hangs'); };
  await expect(proveHandler(socket, 'runsc')).rejects.toThrow('task hangs');
  expect(cri.sandboxes.size).toBe(0);
});

test('a sandbox that ends only after the deadline for its stop is stopped once more', async () => {
  let tries = 0;
  cri.before.StopPodSandbox = () => {
    if (++tries < 3) throw new GrpcFailure(4, 'context deadline exceeded');
  };
  await proveHandler(socket, 'runsc');
  expect(tries).toBe(3);
  expect(cri.sandboxes.size).toBe(0);
});

test('a sandbox whose end the container runtime notices only a moment after it has stopped it is removed then', async () => {
  let tries = 0;
  cri.before.RemovePodSandbox = () => {
    if (++tries < 4) throw new GrpcFailure(2, 'failed to stop container for removal: process already finished');
  };
  await proveHandler(socket, 'runsc');
  expect(tries).toBe(4);
  expect(cri.sandboxes.size).toBe(0);
});

test('a check that fails leaves no sandbox', async () => {
  cri.before.PodSandboxStatus = () => { throw new GrpcFailure(13, 'store broken'); };
  await expect(proveHandler(socket, 'runsc')).rejects.toThrow('store broken');
  expect(cri.sandboxes.size).toBe(0);
});

test('sandboxes of a run that was killed are removed first; those of others stay', async () => {
  const killed = proveHandler(socket, 'runsc');
  cri.before.PodSandboxStatus = () => new Promise(() => {});
  killed.catch(() => {});
  while (!cri.calls.includes('PodSandboxStatus')) await new Promise((resolve) => setTimeout(resolve, 5));
  delete cri.before.PodSandboxStatus;
  const [stale] = cri.sandboxes.keys();
  cri.leaveSandbox('a-pod', Buffer.alloc(0));

  await proveHandler(socket, 'runc');
  expect(cri.sandboxes.has(stale)).toBe(false);
  expect([...cri.sandboxes.keys()]).toEqual(['a-pod']);
});
