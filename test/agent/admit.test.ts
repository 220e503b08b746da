import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BundleFolder, type GatedPlan } from './kube/bundle-folder';
import { FakeApiServer, GATE } from './kube/fake-api-server';
import { admit } from '../../agent/admit';
import { handlerLabel } from '../../src/installer/handler-label';

const [RUNSC, KVM] = [handlerLabel('runsc'), handlerLabel('runsc-kvm')];
const READY = { handler: 'runsc', verdict: 'ready' } as const;
const FAILED = { handler: 'runsc-kvm', verdict: 'failed', step: 'preflight', reason: 'no /dev/kvm' } as const;

let api: FakeApiServer;
let folders: BundleFolder[];
let lines: string[];

beforeEach(async () => {
  folders = [];
  lines = [];
  jest.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
  api = new FakeApiServer();
  await api.start();
  api.addNode('a', { [RUNSC]: 'pending' });
  api.addLease('slot-0', 'a');
});

afterEach(async () => {
  folders.forEach((folder) => folder.remove());
  await api.stop();
  jest.restoreAllMocks();
});

function pod(plan: Partial<GatedPlan> = {}): BundleFolder {
  const folder = new BundleFolder({ handlers: ['runsc', 'runsc-kvm'], gate: GATE, ...plan });
  folders.push(folder);
  return folder;
}

async function admitOn(node: string, { bundle, shared, hash }: BundleFolder): Promise<void> {
  await admit({ env: { PLAN_HASH: hash, NODE_NAME: node }, bundle, shared, connection: api.connection });
}

const isReady = ({ shared }: BundleFolder) => existsSync(join(shared, 'ready'));

test('labels the handlers, notes the plan, frees the slot, in this order, and then is ready', async () => {
  const folder = pod();
  folder.writeVerdict([READY, { ...READY, handler: 'runsc-kvm' }]);
  await admitOn('a', folder);
  expect(api.writes).toEqual(['PATCH a', 'POST node.a', 'PUT slot-0']);
  expect(api.labels('a')).toEqual({ [RUNSC]: 'ready', [KVM]: 'ready' });
  expect(api.holder('node.a')).toBe(folder.hash);
  expect(api.holder('slot-0')).toBeUndefined();
  expect(isReady(folder)).toBe(true);
});

test('writes and says nothing when nothing changed', async () => {
  const folder = pod();
  folder.writeVerdict([READY]);
  await admitOn('a', folder);
  api.writes.length = lines.length = 0;
  await admitOn('a', folder);
  expect({ writes: api.writes, lines }).toEqual({ writes: [], lines: [] });
});

test.each(['PATCH', 'POST', 'PUT'])('a run that ends at its %s is completed by the next', async (last) => {
  const folder = pod();
  folder.writeVerdict([READY]);
  api.beforeWrite = (method) => method === last ? { status: 403, body: 'not now' } : undefined;
  await expect(admitOn('a', folder)).rejects.toThrow('not now');
  api.beforeWrite = undefined;
  expect(isReady(folder)).toBe(false);
  await admitOn('a', folder);
  expect(api.labels('a')[RUNSC]).toBe('ready');
  expect(api.holder('node.a')).toBe(folder.hash);
  expect(api.holder('slot-0')).toBeUndefined();
});

test('one handler that failed keeps the slot and the Pod not ready, the other is ready all the same', async () => {
  const folder = pod();
  folder.writeVerdict([READY, FAILED]);
  await admitOn('a', folder);
  expect(api.writes).toEqual(['PATCH a']);
  expect(api.labels('a')).toEqual({ [RUNSC]: 'ready', [KVM]: 'failed' });
  expect(api.holder('slot-0')).toBe('a');
  expect(isReady(folder)).toBe(false);
  expect(lines).toContain('admit: handler runsc-kvm: failed at preflight: no /dev/kvm');
});

test('is no longer ready when a later verdict says failed', async () => {
  const folder = pod();
  folder.writeVerdict([READY]);
  await admitOn('a', folder);
  folder.writeVerdict([READY, FAILED]);
  await admitOn('a', folder);
  expect(isReady(folder)).toBe(false);
});

test('puts right what somebody changed', async () => {
  const folder = pod();
  folder.writeVerdict([READY]);
  await admitOn('a', folder);
  api.labels('a')[RUNSC] = 'failed';
  api.addLease('node.a', 'something else', 'a');
  await admitOn('a', folder);
  expect(api.labels('a')[RUNSC]).toBe('ready');
  expect(api.holder('node.a')).toBe(folder.hash);
});

test('replaces the Lease of a former node of the same name', async () => {
  const folder = pod();
  folder.writeVerdict([READY]);
  api.addLease('node.a', folder.hash, 'former');
  await admitOn('a', folder);
  expect(api.writes).toContain('PUT node.a');
});

test('leaves a slot alone that another node holds', async () => {
  api.addLease('slot-0', 'b');
  const folder = pod();
  folder.writeVerdict([READY]);
  await admitOn('a', folder);
  expect(api.holder('slot-0')).toBe('b');
});

test('does not label a handler that newer ConfigMaps no longer have', async () => {
  const folder = pod({ handlers: ['runsc'] });
  folder.writeVerdict([READY, { ...READY, handler: 'runsc-kvm' }]);
  await admitOn('a', folder);
  expect(api.labels('a')).toEqual({ [RUNSC]: 'ready' });
});

describe('what watch found out', () => {
  const drift = ({ shared, hash }: BundleFolder, ...handlers: object[]) => writeFileSync(join(shared, 'drift.json'), JSON.stringify({ planHash: hash, handlers }));
  const CHANGED = { handler: 'runsc', verdict: 'failed', step: 'watch', reason: 'the shim was removed' };

  test('withdraws the label of that handler and makes the Pod not ready, and gives both back when it is right again', async () => {
    const folder = pod();
    folder.writeVerdict([READY, { ...READY, handler: 'runsc-kvm' }]);
    await admitOn('a', folder);
    drift(folder, CHANGED);
    await admitOn('a', folder);
    expect({ labels: api.labels('a'), ready: isReady(folder) }).toEqual({ labels: { [RUNSC]: 'failed', [KVM]: 'ready' }, ready: false });
    expect(lines).toContain('admit: handler runsc: failed at watch: the shim was removed');
    drift(folder);
    await admitOn('a', folder);
    expect({ labels: api.labels('a'), ready: isReady(folder) }).toEqual({ labels: { [RUNSC]: 'ready', [KVM]: 'ready' }, ready: true });
  });

  test('makes nothing of a handler that install could not prove', async () => {
    const folder = pod();
    folder.writeVerdict([READY, FAILED]);
    drift(folder, { ...CHANGED, handler: 'runsc-kvm' });
    await admitOn('a', folder);
    expect(lines).toContain('admit: handler runsc-kvm: failed at preflight: no /dev/kvm');
  });

  test('counts only if it is about the plan of this Pod', async () => {
    const folder = pod();
    folder.writeVerdict([READY]);
    writeFileSync(join(folder.shared, 'drift.json'), JSON.stringify({ planHash: 'f'.repeat(64), handlers: [CHANGED] }));
    await admitOn('a', folder);
    expect(api.labels('a')[RUNSC]).toBe('ready');
  });

  test('is no news any more once it was read, also where telling it fails', async () => {
    const folder = pod();
    folder.writeVerdict([READY]);
    writeFileSync(join(folder.shared, 'news'), '');
    api.beforeWrite = () => ({ status: 403, body: 'not now' });
    await expect(admitOn('a', folder)).rejects.toThrow('not now');
    expect(existsSync(join(folder.shared, 'news'))).toBe(false);
  });
});

test('refuses the verdict of another plan', async () => {
  const folder = pod();
  folder.writeVerdict([READY], 'f'.repeat(64));
  await expect(admitOn('a', folder)).rejects.toThrow(/verdict\.json is about the plan f{64}, this Pod is for [0-9a-f]{64}; it is not used/);
  expect(api.writes).toEqual([]);
});

test('says that there is no verdict', async () => {
  await expect(admitOn('a', pod())).rejects.toThrow(/verdict\.json.*install/);
});

test('after an uninstall the node has no labels of ours, its slot is free and its Pod ready', async () => {
  const folder = pod({ desiredState: 'ABSENT' });
  folder.writeVerdict([]);
  await admitOn('a', folder);
  expect(api.writes).toEqual(['POST node.a', 'PUT slot-0']);
  expect(isReady(folder)).toBe(true);
});

test('an uninstall that failed labels its handlers so, keeps the slot and the Pod not ready', async () => {
  api.labels('a')[RUNSC] = '';
  const folder = pod({ desiredState: 'ABSENT' });
  folder.writeVerdict([{ ...FAILED, handler: 'runsc' }, { ...FAILED, handler: 'long-gone' }]);
  await admitOn('a', folder);
  expect(api.labels('a')).toEqual({ [RUNSC]: 'failed' });
  expect({ holder: api.holder('slot-0'), ready: isReady(folder) }).toEqual({ holder: 'a', ready: false });
});

test('a verdict about no handler at all is not a success', async () => {
  const folder = pod();
  folder.writeVerdict([]);
  await expect(admitOn('a', folder)).rejects.toThrow('names no handler');
  expect(api.writes).toEqual([]);
});

test('without a gate it talks to nobody and is ready by the verdict alone', async () => {
  const folder = pod({ gate: undefined });
  folder.writeVerdict([READY]);
  await admit({ env: { PLAN_HASH: folder.hash }, bundle: folder.bundle, shared: folder.shared });
  expect(isReady(folder)).toBe(true);
  folder.writeVerdict([FAILED]);
  await admit({ env: { PLAN_HASH: folder.hash }, bundle: folder.bundle, shared: folder.shared });
  expect(isReady(folder)).toBe(false);
});
