import { chmodSync, symlinkSync } from 'node:fs';
import { crashingFs } from './crashing-fs';
import { hostTree, untouched } from './host-tree';
import { ArchiveServer, bundleOf, Installation } from './installation';
import { scratchFolders } from './scratch-folder';
import { Host } from '../../agent/host/host';
import { Refusal } from '../../agent/refusal';
import { RuntimePlan } from '../../src/installer/install-plan';
import { planHash } from '../../src/installer/plan-hash';

const scratch = scratchFolders();
const server = new ArchiveServer();
const MAIN = 'version = 3\n[plugins."io.containerd.cri.v1.runtime".containerd]\n  default_runtime_name = "runc"\n';

beforeAll(() => server.start());
afterAll(() => server.stop());
beforeEach(() => void jest.spyOn(console, 'log').mockReturnValue());

function installation(main: string | null = MAIN): Installation {
  const made = new Installation(scratch());
  if (main) made.put('/etc/containerd/config.toml', main);
  return made;
}

test('installs a handler with one restart and says that it is ready', async () => {
  const node = installation();
  const bundle = bundleOf(server);
  expect(await node.run(bundle)).toEqual({ code: 0, verdict: { planHash: planHash(bundle), handlers: [{ handler: 'runsc', verdict: 'ready' }] } });
  expect(node.daemons).toMatchObject({ served: ['runsc'], containerdRestarts: 1, proofs: ['runsc', ''] });
  expect(node.read('/opt/sandbox-runtimes/gvisor/20261005.0/gvisor-bin/gvisor_sentry')).toBe('sentry');
  expect(node.read('/etc/containerd/config.toml')).toContain('/etc/containerd/conf.d/sandbox-runtimes');
});

test('writes nothing, downloads nothing and restarts nothing when there is nothing to do', async () => {
  const node = installation();
  const bundle = bundleOf(server);
  await node.run(bundle);
  const [before, requests] = [untouched(node.root), server.requests.length];
  expect((await node.run(bundle)).code).toBe(0);
  expect(untouched(node.root)).toEqual(before);
  expect(server.requests.length).toBe(requests);
  expect(node.daemons).toMatchObject({ containerdRestarts: 1, proofs: ['runsc', '', 'runsc', ''] });
});

test('takes everything back to the very same bytes', async () => {
  const node = installation();
  const before = hostTree(node.root);
  await node.run(bundleOf(server));
  expect(await node.run(bundleOf(server, { desiredState: 'ABSENT' }))).toMatchObject({ code: 0, verdict: { handlers: [] } });
  expect(hostTree(node.root)).toEqual(before);
  expect(node.daemons).toMatchObject({ served: [], containerdRestarts: 2 });
});

describe('a handler that this node cannot have', () => {
  const two = (change: object) => bundleOf(server, { runtimes: [{}, { handler: 'runsc-kvm', change }] });
  const requires = bundlePlanRequirements();

  test.each([
    ['a kernel', { requires: { ...requires, kernel: '99.1' } }, 'gvisor needs Linux 99.1 or newer, and this node has 6.8.0-51-generic: update its kernel'],
    ['a device', { requires: { ...requires, devices: ['/dev/kvm'] } }, 'the kernel of this node offers no /dev/kvm: use nodes with hardware virtualization'],
    ['a containerd', { requires: { ...requires, containerd: { minimum: '2.3.0', broken: [] } } }, "the node's containerd is 2.2.9, and 2.3.0 or newer is needed: update containerd"],
    ['a containerd that works', { requires: { ...requires, containerd: { minimum: '1.7.0', broken: [{ from: '2.2.0', to: '2.2.9', reason: 'Pods hang' }] } } },
      "the node's containerd is 2.2.9, and 2.2.0 to 2.2.9 do not work: Pods hang; update containerd"],
    ['a sysctl', { requires: { ...requires, sysctls: [{ path: 'user/max_user_namespaces', minimum: 2, level: 'fatal', reason: 'runsc creates two' }] } },
      'sysctl user.max_user_namespaces is 0 and should be at least 2: runsc creates two'],
  ])('for want of %s fails, and the other one is installed', async (_, change, reason) => {
    const node = installation();
    node.put('/proc/sys/user/max_user_namespaces', '0\n');
    const { code, verdict } = await node.run(two(change));
    expect({ code, handlers: verdict?.handlers }).toEqual({
      code: 0, handlers: [{ handler: 'runsc-kvm', verdict: 'failed', step: 'preflight', reason }, { handler: 'runsc', verdict: 'ready' }],
    });
    expect(node.daemons.served).toEqual(['runsc']);
  });

  test('is only told of advice', async () => {
    const node = installation();
    node.put('/proc/sys/vm/max_map_count', '65530\n');
    const sysctls = [{ path: 'vm/max_map_count', minimum: 4194304, level: 'advice', reason: 'much memory needs many mappings' }];
    expect((await node.run(two({ requires: { ...requires, sysctls } }))).verdict?.handlers.map(({ verdict }) => verdict)).toEqual(['ready', 'ready']);
    expect(console.log).toHaveBeenCalledWith(expect.stringContaining('sysctl vm.max_map_count is 65530 and should be at least 4194304: much memory'));
  });

  test('finds a device where the kernel lists it', async () => {
    const node = installation();
    node.put('/sys/class/misc/kvm/uevent', 'MAJOR=10\nMINOR=232\nDEVNAME=kvm\n');
    expect((await node.run(two({ requires: { ...requires, devices: ['/dev/kvm'] } }))).verdict?.handlers.map(({ verdict }) => verdict)).toEqual(['ready', 'ready']);
  });

  test('because somebody else serves it, fails, and the other one is installed', async () => {
    const node = installation(`${MAIN}[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runsc-kvm]\n  runtime_type = "io.containerd.runsc.v1"\n`);
    const { verdict } = await node.run(two({}));
    expect(verdict?.handlers).toMatchObject([
      { handler: 'runsc-kvm', verdict: 'failed', step: 'preflight', reason: expect.stringContaining('already has a handler "runsc-kvm"') },
      { handler: 'runsc', verdict: 'ready' },
    ]);
  });

  test('in its new release keeps its old one, whose Pods still run', async () => {
    const node = installation();
    await node.run(bundleOf(server, { runtimes: [{ release: '20260928.0' }] }));
    const before = node.read('/etc/containerd/conf.d/sandbox-runtimes.toml');
    const upgrade = bundleOf(server, { runtimes: [{ change: { requires: { ...requires, kernel: '99.1' } } }, { handler: 'other' }] });
    expect((await node.run(upgrade)).verdict?.handlers.map(({ handler, verdict }) => `${handler} ${verdict}`)).toEqual(['runsc failed', 'other ready']);
    expect(node.daemons.served).toEqual(['other', 'runsc']);
    expect(node.read('/etc/containerd/conf.d/sandbox-runtimes.toml')).toContain(before.slice(before.indexOf('runtime_path')).split('\n')[0]);
    expect(node.read('/opt/sandbox-runtimes/gvisor/20260928.0/gvisor-bin/gvisor_sentry')).toBe('sentry');
  });
});

describe('a node on which nothing can be installed', () => {
  const refused = (reason: string) => ({ code: 0, verdict: { handlers: [{ handler: 'runsc', verdict: 'failed', reason: expect.stringContaining(reason) }] } });

  test.each([
    ['the configuration cannot be read', 'this is = = no toml', {}, 'is not valid TOML'],
    ['the CRI plugin is disabled', 'version = 2\ndisabled_plugins = ["cri"]\n', {}, 'disabled_plugins has "cri"'],
    ['imports is no list of texts', 'version = 3\nimports = "x"\n', {}, 'imports has to be an array of strings'],
    ['containerd is too old', MAIN, { version: '1.6.20' }, "the node's containerd is 1.6.20, and 1.7.0 or newer is needed"],
    ['containerd reads another file', MAIN, { facts: { configFile: '/etc/other.toml' } }, 'containerd of this node reads /etc/other.toml'],
    ['containerd labels for SELinux', MAIN, { facts: { selinux: 'enable_selinux' } }, 'enable_selinux'],
  ])('because %s is left as it is', async (_, main, options, reason) => {
    const node = installation(main);
    const [before, requests] = [hostTree(node.root), server.requests.length];
    expect(await node.run(bundleOf(server), options)).toMatchObject(refused(reason));
    expect(hostTree(node.root)).toEqual(before);
    expect(server.requests.length).toBe(requests);
    expect(node.daemons.containerdRestarts).toBe(0);
  });

  test('because our folder is mounted noexec is left as it is', async () => {
    const node = installation();
    node.put('/proc/self/mountinfo', '1 0 8:1 / / rw - ext4 a rw\n2 1 8:1 /opt /opt/sandbox-runtimes rw,nosuid,noexec - ext4 a rw\n');
    expect(await node.run(bundleOf(server))).toMatchObject(refused('/opt/sandbox-runtimes is on a file system that is mounted noexec'));
  });

  test('because another installer has it is left as it is, until that one has left', async () => {
    const node = installation();
    await node.run(bundleOf(server, { installer: 'first/installer' }));
    const before = hostTree(node.root);
    expect(await node.run(bundleOf(server, { installer: 'second/installer' }))).toMatchObject(refused('this node belongs to the installer first/installer'));
    expect(hostTree(node.root)).toEqual(before);
    await node.run(bundleOf(server, { installer: 'first/installer', desiredState: 'ABSENT' }));
    expect(await node.run(bundleOf(server, { installer: 'second/installer' }))).toMatchObject({ code: 0, verdict: { handlers: [{ verdict: 'ready' }] } });
  });
});

test('an installer that takes everything back has nothing to do on a node of another one', async () => {
  const node = installation();
  await node.run(bundleOf(server, { installer: 'first/installer' }));
  node.put('/var/lib/sandbox-runtimes/attempts.json', '{"planHash":"of-first","failed":3}');
  const before = untouched(node.root);
  const result = await node.run(bundleOf(server, { installer: 'second/installer', desiredState: 'ABSENT' }));
  expect(result).toMatchObject({ code: 0, verdict: { handlers: [] } });
  expect(node.lastWords).toBe('nothing of second/installer is on this node, which belongs to first/installer');
  expect(untouched(node.root)).toEqual(before);
  expect(node.daemons.containerdRestarts).toBe(1);
});

describe('attempts', () => {
  const failing = { fail: (what: string) => { if (what === 'prove runsc') throw new Error('the sandbox did not start'); } };

  test('go on until the last one, whose failure is the verdict, and then begin anew', async () => {
    const node = installation();
    const bundle = bundleOf(server);
    for (let attempt = 1; attempt < 5; attempt++) expect(await node.run(bundle, failing)).toEqual({ code: 1, verdict: undefined });
    expect(await node.run(bundle, failing)).toMatchObject({
      code: 0, verdict: { handlers: [{ handler: 'runsc', verdict: 'failed', step: 'prove', reason: expect.stringMatching(/^the sandbox did not start; see on this node/) }] },
    });
    expect((await node.run(bundle, failing)).code).toBe(1);
  });

  test('are counted for each plan', async () => {
    const node = installation();
    for (let attempt = 1; attempt < 5; attempt++) await node.run(bundleOf(server), failing);
    expect((await node.run(bundleOf(server, { runtimes: [{ options: 'changed' }] }), failing)).code).toBe(1);
  });

  test('in vain leave the configuration and the daemon as they were', async () => {
    const node = installation();
    const before = hostTree(`${node.root}/etc`);
    await node.run(bundleOf(server), failing);
    expect(hostTree(`${node.root}/etc`)).toEqual(before);
    expect(node.daemons).toMatchObject({ served: [], containerdRestarts: 2, proofs: [''] });
    expect(console.log).toHaveBeenCalledWith(expect.stringMatching(
      /attempt 1 of 5 failed at prove: handler runsc: the sandbox did not start; .*config\.toml are as before, containerd has read them again and the default runtime was proven/));
  });

  test('end with words that outlive the log: first that there will be another one, at last which handler failed and why', async () => {
    const node = installation();
    const bundle = bundleOf(server, { runtimes: [{}, { handler: 'other' }] });
    await node.run(bundle, failing);
    expect(node.lastWords).toMatch(/^attempt 1 of 5 failed at prove: handler runsc: the sandbox did not start; .* are as before.*; the next attempt comes by itself$/);
    for (let attempt = 2; attempt <= 5; attempt++) await node.run(bundle, failing);
    expect(node.lastWords).toBe('runsc failed at prove: the sandbox did not start; see on this node what the container runtime says (journalctl), or go back to the '
      + 'release and options that worked (nothing of it is in the configuration of this node); other ready; '
      + 'when that is put right, delete this Pod of the installer: the next one tries again');
  });

  test('are counted once each, also where what was written cannot be taken back', async () => {
    const node = installation();
    const bundle = bundleOf(server);
    const dead = { fail: (what: string) => { if (what === 'restart') throw new Error('containerd does not come up'); } };
    for (let attempt = 1; attempt < 5; attempt++) {
      expect((await node.run(bundle, dead)).code).toBe(1);
      expect(node.lastWords).toMatch(new RegExp(`^attempt ${attempt} of 5 failed at `));
    }
    expect((await node.run(bundle, dead)).verdict?.handlers).toMatchObject([{ handler: 'runsc', verdict: 'failed', reason: expect.stringContaining('containerd does not come up') }]);
    expect((await node.run(bundle)).verdict?.handlers).toEqual([{ handler: 'runsc', verdict: 'ready' }]);
  });

  test('at last leave out the handler that cannot be proven, and serve the other one', async () => {
    const node = installation();
    const bundle = bundleOf(server, { runtimes: [{}, { handler: 'other' }] });
    for (let attempt = 1; attempt < 5; attempt++) expect((await node.run(bundle, failing)).code).toBe(1);
    expect((await node.run(bundle, failing)).verdict?.handlers).toEqual([
      { handler: 'runsc', verdict: 'failed', step: 'prove', reason: expect.stringMatching(/^the sandbox did not start; /) }, { handler: 'other', verdict: 'ready' },
    ]);
    expect(node.daemons.served).toEqual(['other']);
  });

  test('do not touch the node while a download fails', async () => {
    const node = installation();
    const bundle = bundleOf(server, { runtimes: [{ release: '20260101.0' }, { handler: 'other' }] });
    server.publish('/20260101.0.tar.zst', Buffer.from('<html>'));
    const before = hostTree(`${node.root}/etc`);
    expect((await node.run(bundle)).code).toBe(1);
    expect(console.log).toHaveBeenCalledWith(expect.stringMatching(/the 6 bytes that arrived have the sha512 .*: nothing was opened; check the mirror or proxy/));
    expect(hostTree(`${node.root}/etc`)).toEqual(before);
  });
});

describe('taking back', () => {
  test('that fails as well says so, and the next run completes it', async () => {
    const node = installation();
    const before = hostTree(`${node.root}/etc`);
    let restarts = 0;
    const broken = (what: string) => { if (what === 'restart' && ++restarts <= 2) throw new Error('containerd does not come up'); };
    expect((await node.run(bundleOf(server), { fail: broken })).code).toBe(1);
    expect(console.log).toHaveBeenCalledWith(expect.stringMatching(/taking back .* failed as well: containerd does not come up; the next run tries again/));
    expect(hostTree(`${node.root}/etc`)).toEqual(before);
    expect((await node.run(bundleOf(server), { fail: broken })).code).toBe(0);
    expect(node.daemons.served).toEqual(['runsc']);
  });

  test('what a dead run left also takes its handlers out of the running containerd', async () => {
    const node = installation();
    const before = hostTree(`${node.root}/etc`);
    const crashing = crashingFs();
    const fail = (what: string) => { if (what === 'prove runsc') crashing.die(); };
    await node.run(bundleOf(server), { host: new Host(node.root, crashing.fs), fail });
    expect(node.daemons.served).toEqual(['runsc']);
    await node.run(bundleOf(server, { installer: 'second/installer' }), { version: '1.6.20' });
    expect({ etc: hostTree(`${node.root}/etc`), served: node.daemons.served }).toEqual({ etc: before, served: [] });
  });

  test('that fails on the last attempt ends it for all handlers, and the next run completes it', async () => {
    const node = installation();
    const before = hostTree(`${node.root}/etc`);
    const bundle = bundleOf(server, { runtimes: [{}, { handler: 'other' }] });
    let restarts = 0;
    const fail = (what: string) => {
      if (what === 'prove runsc') throw new Error('the sandbox did not start');
      if (what === 'restart' && ++restarts === 10) throw new Error('containerd does not come up');
    };
    for (let attempt = 1; attempt < 5; attempt++) await node.run(bundle, { fail });
    const { code, verdict } = await node.run(bundle, { fail });
    expect({ code, handlers: verdict?.handlers.map(({ handler, verdict: found }) => `${handler} ${found}`) }).toEqual({ code: 0, handlers: ['runsc failed', 'other failed'] });
    expect(verdict?.handlers[1].reason).toMatch(/taking back .* failed as well: containerd does not come up; the next run tries again/);
    await node.run(bundle, { version: '1.6.20' });
    expect({ etc: hostTree(`${node.root}/etc`), served: node.daemons.served }).toEqual({ etc: before, served: [] });
  });

  test('that fails is tried again even where the reason to take back is final', async () => {
    const node = installation();
    let restarts = 0;
    const fail = (what: string) => {
      if (what === 'prove default') throw new Refusal('the node has no pause image');
      if (what === 'restart' && ++restarts === 2) throw new Error('containerd does not come up');
    };
    expect(await node.run(bundleOf(server), { fail })).toEqual({ code: 1, verdict: undefined });
  });

  test('leaves a file alone that somebody else has changed since', async () => {
    const node = installation();
    const theirs = `${MAIN}# theirs\n`;
    let restarts = 0;
    const fail = (what: string) => {
      if (what !== 'restart' || ++restarts > 1) return;
      node.put('/etc/containerd/config.toml', theirs);
      throw new Error('containerd does not come up');
    };
    await node.run(bundleOf(server), { fail });
    expect(node.read('/etc/containerd/config.toml')).toBe(theirs);
  });
});

describe('files of another rollout', () => {
  test('are not carried out where the plan of the Pod was never proven', async () => {
    const node = installation();
    const before = hostTree(node.root);
    expect(await node.run(bundleOf(server), { hash: 'another' })).toEqual({ code: 1, verdict: undefined });
    expect(hostTree(node.root)).toEqual(before);
  });

  test('do not keep a node from proving again what was proven for its Pod', async () => {
    const node = installation();
    const old = bundleOf(server, { runtimes: [{ release: '20260928.0' }] });
    await node.run(old);
    const before = untouched(node.root);
    expect(await node.run(bundleOf(server), { hash: planHash(old) })).toEqual({
      code: 0, verdict: { planHash: planHash(old), handlers: [{ handler: 'runsc', verdict: 'ready' }] },
    });
    expect(untouched(node.root)).toEqual(before);
    expect(node.daemons.containerdRestarts).toBe(1);
  });
});

test('a handler that can not be proven again after a reboot amid a rollout fails at last, and those of the other rollout are not judged', async () => {
  const node = installation();
  const old = bundleOf(server, { runtimes: [{ release: '20260928.0' }, { handler: 'leaving' }] });
  await node.run(old);
  const etc = untouched(`${node.root}/etc`);
  const fail = (what: string) => { if (what === 'prove runsc') throw new Error('the sandbox did not start'); };
  const mounted = bundleOf(server, { runtimes: [{}, { handler: 'coming' }] });
  for (let attempt = 1; attempt < 5; attempt++) expect((await node.run(mounted, { hash: planHash(old), fail })).code).toBe(1);
  expect(node.lastWords).toBe('attempt 4 of 5 failed at prove: the sandbox did not start; '
    + 'the configuration of this node was not touched; the next attempt comes by itself');
  const { code, verdict } = await node.run(mounted, { hash: planHash(old), fail });
  expect({ code, handlers: verdict?.handlers.map(({ handler, verdict: found, step }) => `${handler} ${found} at ${step}`) }).toEqual({
    code: 0, handlers: ['leaving failed at prove', 'runsc failed at prove'],
  });
  expect(untouched(`${node.root}/etc`)).toEqual(etc);
});

describe('a release', () => {
  const shim = '/opt/sandbox-runtimes/gvisor/20260928.0/containerd-shim-runsc-v1';

  test('that Pods run from stays with its configuration until they have ended', async () => {
    const node = installation();
    await node.run(bundleOf(server, { runtimes: [{ release: '20260928.0' }] }));
    node.runPod('pod', shim);
    await node.run(bundleOf(server));
    const kept = Object.keys(hostTree(node.root)).filter((path) => path.includes('20260928.0'));
    expect(kept).toEqual(expect.arrayContaining([shim, expect.stringMatching(/config\/runsc\/20260928\.0-.*\.toml/)]));
    node.endPods();
    await node.run(bundleOf(server));
    expect(Object.keys(hostTree(node.root)).filter((path) => path.includes('20260928.0'))).toEqual([]);
  });

  test('that a Pod which is ending still runs from outlives taking back', async () => {
    const node = installation();
    await node.run(bundleOf(server, { runtimes: [{ release: '20260928.0' }] }));
    node.runPod('pod', shim);
    await node.run(bundleOf(server, { desiredState: 'ABSENT' }));
    expect(Object.keys(hostTree(node.root))).toContain(shim);
    expect(node.daemons.served).toEqual([]);
  });

  test('stays where a Pod does not say what it runs from', async () => {
    const node = installation();
    await node.run(bundleOf(server, { runtimes: [{ release: '20260928.0' }] }));
    node.put('/run/containerd/io.containerd.runtime.v2.task/k8s.io/pod/config.json', '{}');
    await node.run(bundleOf(server));
    expect(Object.keys(hostTree(node.root))).toContain(shim);
  });
});

describe("crictl's configuration", () => {
  const ours = '# Written by cdk8s-sandbox-runtimes\ntimeout: 10\n';

  test.each([['is empty', '', ours, ''], ['is ours already', '# Written by cdk8s-sandbox-runtimes\nold: true\n', ours, '']])('is written where it %s, and emptied when it is taken back', async (_, before, during, after) => {
    const node = installation();
    node.put('/etc/crictl.yaml', before);
    await node.run(bundleOf(server, { crictl: ours }));
    expect(node.read('/etc/crictl.yaml')).toBe(during);
    await node.run(bundleOf(server, { crictl: ours, desiredState: 'ABSENT' }));
    expect(node.read('/etc/crictl.yaml')).toBe(after);
  });

  test("is left alone where it is somebody else's", async () => {
    const node = installation();
    node.put('/etc/crictl.yaml', 'runtime-endpoint: theirs\n');
    expect((await node.run(bundleOf(server, { crictl: ours }))).verdict?.handlers[0].verdict).toBe('ready');
    await node.run(bundleOf(server, { crictl: ours, desiredState: 'ABSENT' }));
    expect(node.read('/etc/crictl.yaml')).toBe('runtime-endpoint: theirs\n');
  });
});

test('restarts a containerd that has not read what is there', async () => {
  const node = installation();
  await node.run(bundleOf(server));
  node.daemons.served = [];
  expect((await node.run(bundleOf(server))).code).toBe(0);
  expect(node.daemons).toMatchObject({ served: ['runsc'], containerdRestarts: 2 });
});

test('does not restart where the files mean the same to containerd as before', async () => {
  const node = installation();
  await node.run(bundleOf(server));
  node.put('/etc/containerd/conf.d/sandbox-runtimes.toml', `${node.read('/etc/containerd/conf.d/sandbox-runtimes.toml')}\n`);
  await node.run(bundleOf(server), { changesNothing: true });
  expect(node.daemons.containerdRestarts).toBe(1);
});

test('writes the file that a link leads to, and keeps the link and its permissions', async () => {
  const node = installation(null);
  node.put('/etc/containerd/real.toml', MAIN);
  chmodSync(`${node.root}/etc/containerd/real.toml`, 0o600);
  symlinkSync('real.toml', `${node.root}/etc/containerd/config.toml`);
  expect((await node.run(bundleOf(server))).verdict?.handlers[0].verdict).toBe('ready');
  expect(hostTree(node.root)).toMatchObject({
    '/etc/containerd/config.toml': 'link to real.toml', '/etc/containerd/real.toml': expect.stringMatching(/^600 [^]*sandbox-runtimes/),
  });
});

function bundlePlanRequirements(): RuntimePlan['requires'] {
  return { kernel: '4.15', containerd: { minimum: '1.7.0', broken: [] }, devices: [], sysctls: [], noSelinux: true };
}
