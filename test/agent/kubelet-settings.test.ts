import { renameSync } from 'node:fs';
import { basename, join } from 'node:path';
import { crashingFs } from './crashing-fs';
import { hostTree } from './host-tree';
import { ArchiveServer, bundleOf, Installation, PlanWish } from './installation';
import { scratchFolders } from './scratch-folder';
import { Host } from '../../agent/host/host';
import { KubeletPlan } from '../../src/installer/install-plan';

const scratch = scratchFolders();
const server = new ArchiveServer();
const MAIN = 'version = 3\n[plugins."io.containerd.cri.v1.runtime".containerd]\n  default_runtime_name = "runc"\n';
const UNIT = '/etc/systemd/system/kubelet.service.d';
const FOLDER = '/etc/kubernetes/kubelet.conf.d';
const PATHS = {
  'systemd': `${UNIT}/90-sandbox-runtimes.conf`, 'config-dir': `${FOLDER}/90-sandbox-runtimes.conf`, 'embedded': `${FOLDER}/90-sandbox-runtimes.conf`,
} as const;

beforeAll(() => server.start());
afterAll(() => server.stop());
beforeEach(() => void jest.spyOn(console, 'log').mockReturnValue());

function installation(): Installation {
  const made = new Installation(scratch());
  made.put('/etc/containerd/config.toml', MAIN);
  return made;
}

function settings(kind: KubeletPlan['kind'] = 'systemd', minutes = 15): NonNullable<PlanWish['kubelet']> {
  const content = kind === 'systemd'
    ? `[Service]\nEnvironment="KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml --runtime-request-timeout=${minutes}m"\n`
    : `kind: KubeletConfiguration\nruntimeRequestTimeout: ${minutes}m\n`;
  return { kind, path: PATHS[kind], content: `# Written by cdk8s-sandbox-runtimes.\n${content}` };
}

test.each(['systemd', 'config-dir'] as const)('the kubelet is restarted once for its %s drop-in, and again when that is taken back', async (kind) => {
  const node = installation();
  const kubelet = settings(kind);
  await node.run(bundleOf(server, { kubelet }));
  await node.run(bundleOf(server, { kubelet }));
  expect(node.read(kubelet.path)).toBe(kubelet.content);
  expect(node.daemons.kubeletRestarts).toEqual([{ unit: 'kubelet.service', kind }]);
  await node.run(bundleOf(server));
  expect(Object.keys(hostTree(node.root))).not.toContain(kubelet.path);
  expect(node.daemons.kubeletRestarts).toHaveLength(2);
});

test('other settings are a new restart', async () => {
  const node = installation();
  await node.run(bundleOf(server, { kubelet: settings('systemd', 15) }));
  expect((await node.run(bundleOf(server, { kubelet: settings('systemd', 30) }))).code).toBe(0);
  expect(node.read(PATHS.systemd)).toContain('--runtime-request-timeout=30m');
  expect(node.daemons.kubeletRestarts).toHaveLength(2);
});

test('a kubelet that does not come up gets its old settings back', async () => {
  const node = installation();
  let restarts = 0;
  const fail = (what: string) => { if (what === 'restart kubelet' && ++restarts === 1) throw new Error('kubelet.service ended at once'); };
  const before = hostTree(`${node.root}/etc`);
  expect((await node.run(bundleOf(server, { kubelet: settings() }), { fail })).code).toBe(1);
  expect(hostTree(`${node.root}/etc`)).toEqual(before);
  expect(restarts).toBe(2);
});

test('settings that another drop-in overrides are taken back, and the drop-in is to be looked for', async () => {
  const node = installation();
  node.put(`${UNIT}/99-mine.conf`, '[Service]\nEnvironment="KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml --v=4"\n');
  const before = hostTree(`${node.root}/etc`);
  const { code } = await node.run(bundleOf(server, { kubelet: settings() }));
  expect(code).toBe(1);
  expect(node.lastWords).toContain('a drop-in of the unit whose name comes after 90-sandbox-runtimes.conf sets it again');
  expect(hostTree(`${node.root}/etc`)).toEqual(before);
  expect(node.daemons.kubeletRestarts).toHaveLength(2);
});

test('arguments that the node\'s kubelet would not take are found before the first write', async () => {
  const node = installation();
  node.daemons.kubeletFlags = [];
  const before = hostTree(`${node.root}/etc`);
  expect((await node.run(bundleOf(server, { kubelet: settings() }))).code).toBe(1);
  expect(node.lastWords).toContain('the kubelet of this node would not start with --config=/var/lib/kubelet/config.yaml --runtime-request-timeout=15m: unknown flag: --config');
  expect(hostTree(`${node.root}/etc`)).toEqual(before);
  expect(node.daemons).toMatchObject({ containerdRestarts: 0, kubeletRestarts: [] });
});

test.each<[string, (node: Installation) => void, RegExp]>([
  ['has a flag of old times in an environment file', (node) => node.put('/etc/default/kubelet', 'KUBELET_EXTRA_ARGS=--network-plugin=cni'),
    /\/etc\/default\/kubelet has --network-plugin, removed in Kubernetes 1\.24/],
  ['does not use the variable', (node) => { node.daemons.kubeletUnit = { ...node.daemons.kubeletUnit, command: ['/usr/bin/kubelet'] }; },
    /kubelet\.service does not use \$KUBELET_CONFIG_ARGS/],
  ['has a drop-in of that name', (node) => node.put(PATHS.systemd, '[Service]\n# theirs\n'),
    /90-sandbox-runtimes\.conf is there and was not written by us: remove it, or leave the kubelet settings out/],
])('a node whose kubelet %s is refused for good, with nothing written and nothing restarted', async (_, prepare, reason) => {
  const node = installation();
  node.put('/etc/default/kubelet', 'KUBELET_EXTRA_ARGS=');
  prepare(node);
  const before = hostTree(`${node.root}/etc`);
  const { code, verdict } = await node.run(bundleOf(server, { kubelet: { ...settings(), environmentFiles: ['/etc/default/kubelet'] } }));
  expect(code).toBe(0);
  expect(verdict?.handlers[0]).toMatchObject({ verdict: 'failed', reason: expect.stringMatching(reason) });
  expect(hostTree(`${node.root}/etc`)).toEqual(before);
  expect(node.daemons).toMatchObject({ containerdRestarts: 0, kubeletRestarts: [] });
});

describe('a kubelet that runs in the service of containerd', () => {
  const within = (minutes = 15) => settings('embedded', minutes);

  test('takes its settings by the restart that brings the handler, and others by one of its own', async () => {
    const node = installation();
    await node.run(bundleOf(server, { kubelet: within() }));
    expect(node.daemons).toMatchObject({ containerdRestarts: 1, kubeletRestarts: [] });
    await node.run(bundleOf(server, { kubelet: within() }));
    expect(node.daemons.containerdRestarts).toBe(1);
    expect((await node.run(bundleOf(server, { kubelet: within(30) }))).code).toBe(0);
    expect(node.read(PATHS.embedded)).toContain('30m');
    expect(node.daemons).toMatchObject({ containerdRestarts: 2, kubeletRestarts: [] });
  });

  test('is not restarted for settings that Pods would end with', async () => {
    const node = installation();
    await node.run(bundleOf(server, { kubelet: within() }));
    const { verdict } = await node.run(bundleOf(server, { kubelet: within(30) }), { endangered: () => ({ message: 'Pods would end', passes: false }) });
    expect(verdict?.handlers[0]).toMatchObject({ verdict: 'failed', reason: expect.stringContaining('Pods would end') });
    expect(node.read(PATHS.embedded)).toContain('15m');
    expect(node.daemons).toMatchObject({ containerdRestarts: 1, kubeletRestarts: [] });
  });

  test('has its old settings again where the service does not come up with others', async () => {
    const node = installation();
    await node.run(bundleOf(server, { kubelet: within() }));
    let restarts = 0;
    const fail = (what: string) => { if (what === 'restart' && ++restarts === 1) throw new Error('k3s.service ended at once'); };
    expect((await node.run(bundleOf(server, { kubelet: within(30) }), { fail })).code).toBe(1);
    expect(node.read(PATHS.embedded)).toContain('15m');
    expect(restarts).toBe(2);
    expect(node.daemons.kubeletRestarts).toEqual([]);
  });

  test('is restarted with the container runtime by a recovery, whatever the next plan says of it', async () => {
    const node = installation();
    await node.run(bundleOf(server, { kubelet: within() }));
    const crashing = crashingFs();
    await node.run(bundleOf(server, { kubelet: within(30) }), { host: new Host(node.root, crashing.fs), fail: (what) => { if (what === 'restart') crashing.die(); } });
    expect(node.read(PATHS.embedded)).toContain('30m');
    expect((await node.run(bundleOf(server))).code).toBe(0);
    expect(node.daemons.kubeletRestarts).toEqual([]);
    expect(Object.keys(hostTree(node.root))).not.toContain(PATHS.embedded);
  });
});

describe('a folder that the next Pod does not mount', () => {
  /** What is there for the installer alone is away while it runs. */
  async function unmounted<T>(node: Installation, folder: string, run: () => Promise<T>): Promise<T> {
    const [there, away] = [join(node.root, folder), join(node.root, '..', `away-${basename(node.root)}`)];
    renameSync(there, away);
    try {
      return await run();
    } finally {
      renameSync(away, there);
    }
  }

  test('is not taken for one without our file by a recovery, which waits until it can be seen again', async () => {
    const node = installation();
    node.put(`${UNIT}/10-kubeadm.conf`, '');
    const crashing = crashingFs();
    const killed = { host: new Host(node.root, crashing.fs), fail: (what: string) => { if (what === 'restart kubelet') crashing.die(); } };
    await node.run(bundleOf(server, { kubelet: settings() }), killed);
    expect(node.read(PATHS.systemd)).toBeDefined();

    const { code } = await unmounted(node, UNIT, () => node.run(bundleOf(server)));
    expect(code).toBe(1);
    expect(node.lastWords).toContain(`the folder of ${PATHS.systemd} is not mounted in this Pod; give the NodeInstaller the kubelet settings again that it had`);

    expect((await node.run(bundleOf(server, { kubelet: settings() }))).code).toBe(0);
    expect((await node.run(bundleOf(server, { kubelet: settings(), desiredState: 'ABSENT' }))).code).toBe(0);
    expect(Object.keys(hostTree(node.root))).not.toContain(PATHS.systemd);
  });

  test('is not taken for one with somebody else\'s file by a recovery from a change of it', async () => {
    const node = installation();
    node.put(`${UNIT}/10-kubeadm.conf`, '');
    await node.run(bundleOf(server, { kubelet: settings('systemd', 15) }));
    const crashing = crashingFs();
    const killed = { host: new Host(node.root, crashing.fs), fail: (what: string) => { if (what === 'restart kubelet') crashing.die(); } };
    await node.run(bundleOf(server, { kubelet: settings('systemd', 30) }), killed);
    expect((await unmounted(node, UNIT, () => node.run(bundleOf(server)))).code).toBe(1);
    expect(node.lastWords).toContain('give the NodeInstaller the kubelet settings again that it had');
    expect((await node.run(bundleOf(server, { kubelet: settings('systemd', 15) }))).code).toBe(0);
    expect(node.read(PATHS.systemd)).toContain('15m');
  });

  test('is named where the settings have moved to another folder', async () => {
    const node = installation();
    node.put(`${UNIT}/10-kubeadm.conf`, '');
    await node.run(bundleOf(server, { kubelet: settings() }));
    const log = jest.spyOn(console, 'log').mockReturnValue();
    await unmounted(node, UNIT, () => node.run(bundleOf(server, { kubelet: settings('config-dir') })));
    expect(log).toHaveBeenCalledWith(expect.stringContaining(`${PATHS.systemd}: is not planned any more and not mounted: where it is still on the node, remove it there by hand`));
  });
});
