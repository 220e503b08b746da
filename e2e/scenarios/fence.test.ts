import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { admit } from '../../agent/admit';
import { claim } from '../../agent/claim';
import type { KubeConnection } from '../../agent/kube/kube-client';
import { fenceManifests } from '../../src/installer/fence';
import { handlerLabel } from '../../src/installer/handler-label';
import { BundleFolder } from '../../test/agent/kube/bundle-folder';
import { apiCall } from '../cluster/api-call';
import { ControlPlane } from '../cluster/control-plane';
import { FencedInstaller } from '../cluster/fenced-installer';

const RUNSC = handlerLabel('runsc');
const SLOT_WAIT = { firstMs: 50, longestMs: 100 };

let plane: ControlPlane;
let lines: string[];
const folders: BundleFolder[] = [];

beforeAll(async () => {
  plane = await ControlPlane.start();
});

afterAll(async () => {
  folders.forEach((folder) => folder.remove());
  await plane?.stop();
});

beforeEach(() => {
  lines = [];
  jest.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
});

afterEach(() => {
  jest.restoreAllMocks();
});

/** The installer's Pod on one node, with what it mounts. */
class InstallerPod extends BundleFolder {
  constructor(
    private readonly installer: FencedInstaller,
    public readonly node: string,
    private readonly connection: KubeConnection,
    private readonly handlers: readonly string[] = ['runsc'],
    release?: string,
  ) {
    const { namespace, slots, nodeLeasePrefix } = installer.props;
    super({ handlers, release, gate: { namespace, slots, nodeLeasePrefix } });
    folders.push(this);
  }

  public async claim(): Promise<void> {
    await claim({ env: this.env, bundle: this.bundle, connection: this.connection, slotWait: SLOT_WAIT });
  }

  public async admit(verdict: 'ready' | 'failed'): Promise<void> {
    this.writeVerdict(this.handlers.map((handler) => ({ handler, verdict, ...(verdict === 'failed' ? { step: 'stage', reason: 'disk full' } : {}) })));
    await this.admitAgain();
  }

  public async admitAgain(): Promise<void> {
    await admit({ env: this.env, bundle: this.bundle, shared: this.shared, connection: this.connection });
  }

  public get isReady(): boolean {
    return existsSync(join(this.shared, 'ready'));
  }

  public async label(key = RUNSC): Promise<string | undefined> {
    return (await this.installer.asAdmin('GET', `/api/v1/nodes/${this.node}`)).metadata.labels[key];
  }

  private get env(): NodeJS.ProcessEnv {
    return { PLAN_HASH: this.hash, NODE_NAME: this.node };
  }
}

async function holderOf(installer: FencedInstaller, lease: string): Promise<string | undefined> {
  return (await installer.asAdmin('GET', `${installer.leases}/${lease}`)).spec.holderIdentity;
}

/** A fenced installer with nodes, and an agent on each. */
async function fenced(namespace: string, nodes: readonly string[], slots?: number) {
  const installer = FencedInstaller.inNamespace(plane, namespace, slots);
  await installer.apply();
  const agents = new Map<string, KubeConnection>();
  for (const node of nodes) {
    await installer.createNode(node);
    agents.set(node, await installer.agentOn(node));
  }
  await installer.until(async () => installer.isFenced(agents.get(nodes[0])!, nodes[0]), 'the policies to be in force');
  return { installer, agents };
}

describe('a rollout with one slot, over two nodes', () => {
  let installer: FencedInstaller;
  let first: InstallerPod;
  let second: InstallerPod;
  let agents: Map<string, KubeConnection>;

  beforeAll(async () => {
    ({ installer, agents } = await fenced('rollout', ['rollout-1', 'rollout-2']));
    first = new InstallerPod(installer, 'rollout-1', agents.get('rollout-1')!);
    second = new InstallerPod(installer, 'rollout-2', agents.get('rollout-2')!);
  });

  test('the first node takes the slot and only then labels its handler pending', async () => {
    await first.claim();
    expect(await holderOf(installer, 'installer-slot-0')).toBe('rollout-1');
    expect(await first.label()).toBe('pending');
    expect(lines).toContain('claim: handler runsc: no label -> pending');
  });

  test('a claim that is repeated keeps the slot', async () => {
    await first.claim();
    expect(await holderOf(installer, 'installer-slot-0')).toBe('rollout-1');
    expect(lines).toContain('claim: installer-slot-0: this node holds the rollout slot already');
  });

  test('an apply of the manifests does not free a slot that is held', async () => {
    await installer.apply();
    expect(await holderOf(installer, 'installer-slot-0')).toBe('rollout-1');
  });

  test('a second node waits, unlabelled, and says who holds the slot; it goes on when the first is proven', async () => {
    const waiting = second.claim();
    await installer.until(async () => lines.some((line) => /waiting for a rollout slot: installer-slot-0 held by rollout-1 since 20/.test(line)), 'the log line');
    expect(await second.label()).toBeUndefined();

    await first.admit('ready');
    await waiting;
    expect(await holderOf(installer, 'installer-slot-0')).toBe('rollout-2');
    expect(await second.label()).toBe('pending');
    expect(lines.filter((line) => line.includes('waiting for'))).toHaveLength(1);
  });

  test('the proven node is labelled ready, has its plan in its Lease and a ready Pod', async () => {
    expect(await first.label()).toBe('ready');
    const lease = await installer.asAdmin('GET', `${installer.leases}/installer-node.rollout-1`);
    const node = await installer.asAdmin('GET', '/api/v1/nodes/rollout-1');
    expect(lease.spec.holderIdentity).toBe(first.hash);
    expect(lease.metadata.ownerReferences).toEqual([{ apiVersion: 'v1', kind: 'Node', name: 'rollout-1', uid: node.metadata.uid }]);
    expect(first.isReady).toBe(true);
  });

  test('a repeated admit writes nothing and says nothing', async () => {
    const versions = async () => Promise.all(['/api/v1/nodes/rollout-1', `${installer.leases}/installer-node.rollout-1`, `${installer.leases}/installer-slot-0`]
      .map(async (path) => (await installer.asAdmin('GET', path)).metadata.resourceVersion));
    const before = await versions();
    await first.admitAgain();
    expect(await versions()).toEqual(before);
    expect(lines).toEqual([]);
  });

  test('admit puts a label right that somebody changed', async () => {
    await apiCall(plane.admin, 'PATCH', '/api/v1/nodes/rollout-1', { body: { metadata: { labels: { [RUNSC]: null } } }, contentType: 'application/merge-patch+json' });
    await first.admitAgain();
    expect(await first.label()).toBe('ready');
  });

  test('a node that failed is labelled failed, keeps the slot, and its Pod is not ready', async () => {
    await second.admit('failed');
    expect(await second.label()).toBe('failed');
    expect(await holderOf(installer, 'installer-slot-0')).toBe('rollout-2');
    expect(second.isReady).toBe(false);
    expect(lines).toContain('admit: handler runsc: failed at stage: disk full');
    await expect(installer.asAdmin('GET', `${installer.leases}/installer-node.rollout-2`)).rejects.toThrow('404');
  });

  test('a node that was proven with this very plan needs no slot, though all are held', async () => {
    await first.claim();
    expect(lines).toContain('claim: node rollout-1: this plan was proven here before, no rollout slot needed');
    expect(await first.label()).toBe('pending');
    await first.admitAgain();
    expect(await first.label()).toBe('ready');
    expect(await holderOf(installer, 'installer-slot-0')).toBe('rollout-2');
  });

  test('the slot of a node that is deleted is taken over', async () => {
    const next = new InstallerPod(installer, 'rollout-1', agents.get('rollout-1')!, ['runsc'], 'second');
    const waiting = next.claim();
    await installer.until(async () => lines.some((line) => line.includes('held by rollout-2')), 'the log line');
    await installer.deleteNode('rollout-2');
    await waiting;
    expect(await holderOf(installer, 'installer-slot-0')).toBe('rollout-1');
    expect(lines).toContain('claim: installer-slot-0: took it from node rollout-2, which no longer exists');
  });

  test('a node of the same name as a deleted one is not taken for it', async () => {
    await first.admitAgain();
    await installer.deleteNode('rollout-1');
    await installer.createNode('rollout-1');
    const reborn = new InstallerPod(installer, 'rollout-1', await installer.agentOn('rollout-1'));
    await reborn.claim();
    expect(lines.join('\n')).toContain('took the rollout slot');
    await reborn.admit('ready');
    const node = await installer.asAdmin('GET', '/api/v1/nodes/rollout-1');
    const lease = await installer.asAdmin('GET', `${installer.leases}/installer-node.rollout-1`);
    expect(lease.metadata.ownerReferences[0].uid).toBe(node.metadata.uid);
  });

  test('the label of a handler that the plan no longer has goes with the next claim, and nobody else\'s', async () => {
    const both = new InstallerPod(installer, 'rollout-1', await installer.agentOn('rollout-1'), ['runsc', 'runsc-kvm']);
    await both.claim();
    await both.admit('ready');
    expect(await both.label(handlerLabel('runsc-kvm'))).toBe('ready');
    const others = { [handlerLabel('kata')]: 'ready', 'topology.kubernetes.io/zone': 'a' };
    await apiCall(plane.admin, 'PATCH', '/api/v1/nodes/rollout-1', { body: { metadata: { labels: others } }, contentType: 'application/merge-patch+json' });

    const one = new InstallerPod(installer, 'rollout-1', await installer.agentOn('rollout-1'), ['runsc']);
    await one.claim();
    const { metadata: { labels } } = await installer.asAdmin('GET', '/api/v1/nodes/rollout-1');
    expect(labels).toEqual({ 'kubernetes.io/arch': 'amd64', ...others, [RUNSC]: 'pending' });
  });
});

test('five nodes at once: never more of them between claim and admit than there are slots', async () => {
  const names = [1, 2, 3, 4, 5].map((n) => `crowd-${n}`);
  const { installer, agents } = await fenced('crowd', names, 2);
  let inside = 0;
  let most = 0;
  await Promise.all(names.map(async (name) => {
    const pod = new InstallerPod(installer, name, agents.get(name)!);
    await pod.claim();
    most = Math.max(most, ++inside);
    await sleep(100);
    inside--;
    await pod.admit('ready');
  }));
  expect(most).toBe(2);
});

describe('the agent refuses to use a token that is not fenced', () => {
  const node = 'unfenced-1';

  test.each([
    ['the policy', 'ValidatingAdmissionPolicy', 'unfenced-policy'],
    ['the policy\'s binding', 'ValidatingAdmissionPolicyBinding', 'unfenced-binding'],
  ])('without %s', async (_, kind, namespace) => {
    const { installer, agents } = await fenced(namespace, [`${node}-${namespace}`]);
    const name = `${node}-${namespace}`;
    const { clusterName } = installer.props;
    await installer.delete(fenceManifests(installer.props).filter((manifest) => manifest.kind === kind && manifest.metadata.name === clusterName));
    await installer.until(async () => !await installer.isFenced(agents.get(name)!, name), 'the policy to be gone');
    const pod = new InstallerPod(installer, name, agents.get(name)!);
    await expect(pod.claim()).rejects.toThrow(/not fenced.*would let it write the label.*apply the ValidatingAdmissionPolicy/);
    expect(await pod.label()).toBeUndefined();
    expect(await holderOf(installer, 'installer-slot-0')).toBeUndefined();
  });

  test('without the policy that keeps the slots, when it would take one over', async () => {
    const { installer, agents } = await fenced('unfenced-slots', [`${node}-slots`]);
    await installer.delete(fenceManifests(installer.props).filter(({ kind, metadata }) => kind.startsWith('Validating') && metadata.name.endsWith('-slots')));
    await installer.until(async () => !await installer.isFenced(agents.get(`${node}-slots`)!, `${node}-slots`), 'the policy to be gone');
    const orphaned = { body: { spec: { holderIdentity: 'gone' } }, contentType: 'application/merge-patch+json' };
    await apiCall(plane.admin, 'PATCH', `${installer.leases}/installer-slot-0`, orphaned);
    const pod = new InstallerPod(installer, `${node}-slots`, agents.get(`${node}-slots`)!);
    await expect(pod.claim()).rejects.toThrow(/would let it write the deletion of slot installer-slot-0/);
    expect(await holderOf(installer, 'installer-slot-0')).toBe('gone');
    expect(await pod.label()).toBeUndefined();
  });

  test('when a tool moved everything to another namespace but did not rewrite the policy', async () => {
    const { props } = FencedInstaller.inNamespace(plane, 'unfenced-elsewhere');
    const moved = { ...props, namespace: 'moved' };
    const installer = new FencedInstaller(plane, moved);
    const policies = fenceManifests(props).filter(({ kind }) => kind.startsWith('Validating'));
    await installer.apply([...fenceManifests(moved).filter(({ kind }) => !kind.startsWith('Validating')), ...policies]);
    await installer.createNode(`${node}-moved`);
    const pod = new InstallerPod(installer, `${node}-moved`, await installer.agentOn(`${node}-moved`));
    await expect(pod.claim()).rejects.toThrow(/not fenced/);
  });

  test('without the role, it says that RBAC stands in the way', async () => {
    const { installer, agents } = await fenced('unfenced-role', [`${node}-role`]);
    await installer.delete(fenceManifests(installer.props).filter(({ kind }) => kind === 'ClusterRoleBinding'));
    const pod = new InstallerPod(installer, `${node}-role`, agents.get(`${node}-role`)!);
    await installer.until(async () => (await apiCall(agents.get(`${node}-role`)!, 'GET', `/api/v1/nodes/${node}-role`)).status === 403, 'RBAC to know');
    await expect(pod.claim()).rejects.toThrow(/cannot tell whether.*RBAC does not allow PATCH/);
  });
});
