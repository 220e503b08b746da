import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BundleFolder, type GatedPlan } from './kube/bundle-folder';
import { FakeApiServer, GATE } from './kube/fake-api-server';
import { claim } from '../../agent/claim';
import { handlerLabel } from '../../src/installer/handler-label';

const RUNSC = handlerLabel('runsc');

let api: FakeApiServer;
let folders: BundleFolder[];
let lines: string[];

beforeEach(async () => {
  folders = [];
  lines = [];
  jest.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
  api = new FakeApiServer();
  await api.start();
  api.addNode('a', { 'kubernetes.io/os': 'linux' });
  api.addNode('b');
  api.addLease('slot-0');
});

afterEach(async () => {
  folders.forEach((folder) => folder.remove());
  await api.stop();
  jest.restoreAllMocks();
});

function pod(plan: Partial<GatedPlan> = {}): BundleFolder {
  const folder = new BundleFolder({ handlers: ['runsc'], gate: GATE, ...plan });
  folders.push(folder);
  return folder;
}

async function claimOn(node: string, { bundle, hash }: BundleFolder): Promise<void> {
  await claim({ env: { PLAN_HASH: hash, NODE_NAME: node }, bundle, connection: api.connection, slotWait: { firstMs: 5, longestMs: 10 } });
}

test('takes the slot before it labels the handlers pending, all in one write', async () => {
  await claimOn('a', pod({ handlers: ['runsc', 'runsc-kvm'] }));
  expect(api.writes).toEqual(['PUT slot-0', 'PATCH a']);
  expect(api.holder('slot-0')).toBe('a');
  expect(api.labels('a')).toEqual({ 'kubernetes.io/os': 'linux', [RUNSC]: 'pending', [handlerLabel('runsc-kvm')]: 'pending' });
});

test('writes nothing when no policy refuses what a policy must refuse', async () => {
  api.fenced = false;
  await expect(claimOn('a', pod())).rejects.toThrow(/the token of this Pod is not fenced: .* apply the ValidatingAdmissionPolicy and ValidatingAdmissionPolicyBinding objects of sandbox-system\/installer/);
  expect(api.writes).toEqual([]);
});

test('needs no slot where this very plan was proven on this node', async () => {
  const same = pod();
  api.addLease('slot-0', 'b');
  api.addLease('node.a', same.hash, 'a');
  await claimOn('a', same);
  expect(api.writes).toEqual(['PATCH a']);
});

test.each([
  ['another plan was proven there', 'another hash', 'a'],
  ['the proof is of a former node of that name', undefined, 'former'],
])('needs a slot where %s', async (_, hash, owner) => {
  const next = pod();
  api.addLease('node.a', hash ?? next.hash, owner);
  await claimOn('a', next);
  expect(api.holder('slot-0')).toBe('a');
});

test('waits for a slot that a live node holds, and says so once', async () => {
  api.addLease('slot-0', 'b');
  const waiting = claimOn('a', pod());
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(api.writes).toEqual([]);
  expect(lines.filter((line) => line.includes('waiting for a rollout slot: slot-0 held by b'))).toHaveLength(1);
  api.addLease('slot-0');
  await waiting;
  expect(api.holder('slot-0')).toBe('a');
});

test('takes over the slot of a node that no longer exists', async () => {
  api.addLease('slot-0', 'b');
  api.removeNode('b');
  await claimOn('a', pod());
  expect(api.writes).toEqual(['DELETE slot-0', 'POST slot-0', 'PATCH a']);
  expect(api.holder('slot-0')).toBe('a');
});

test('keeps a slot that it holds already, also where others are free', async () => {
  const two = { ...GATE, slots: ['slot-0', 'slot-1'] };
  api.addLease('slot-1', 'a');
  await claimOn('a', pod({ gate: two }));
  expect(api.writes).toEqual(['PATCH a']);
});

test.each(['PUT', 'DELETE', 'POST'])('goes on waiting when somebody else is faster with %s', async (faster) => {
  if (faster !== 'PUT') api.addLease('slot-0', 'gone');
  api.beforeWrite = (method) => {
    if (method !== faster) return;
    api.beforeWrite = undefined;
    api.addLease('slot-0', 'b');
  };
  const waiting = claimOn('a', pod());
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(api.holder('slot-0')).toBe('b');
  expect(api.labels('a')[RUNSC]).toBeUndefined();
  api.addLease('slot-0');
  await waiting;
  expect(api.holder('slot-0')).toBe('a');
});

test('makes a slot anew that was deleted', async () => {
  await claimOn('a', pod({ gate: { ...GATE, slots: ['slot-9'] } }));
  expect(api.holder('slot-9')).toBe('a');
});

test('removes the label of a handler that the plan no longer has', async () => {
  await claimOn('a', pod({ handlers: ['runsc', 'runsc-kvm'] }));
  await claimOn('a', pod({ handlers: ['runsc'], release: 'second' }));
  expect(api.labels('a')).toEqual({ 'kubernetes.io/os': 'linux', [RUNSC]: 'pending' });
});

test('removes its labels before an uninstall, which needs a slot like any other change', async () => {
  await claimOn('a', pod());
  await claimOn('a', pod({ desiredState: 'ABSENT' }));
  expect(api.labels('a')).toEqual({ 'kubernetes.io/os': 'linux' });
  expect(api.holder('slot-0')).toBe('a');
});

test('touches nothing while the files are of another rollout than the Pod', async () => {
  const folder = pod();
  writeFileSync(join(folder.bundle, 'files', 'runsc.toml'), 'newer');
  await expect(claimOn('a', folder)).rejects.toThrow(/the mounted files have the hash [0-9a-f]{64}, this Pod is for [0-9a-f]{64}/);
  expect(api.writes).toEqual([]);
});

test('a node that rebooted before its rollout goes on with what was proven', async () => {
  const folder = pod();
  api.addLease('node.a', folder.hash, 'a');
  writeFileSync(join(folder.bundle, 'files', 'runsc.toml'), 'newer');
  await claimOn('a', folder);
  expect(api.labels('a')[RUNSC]).toBe('pending');
});

test('refuses a plan without a gate', async () => {
  await expect(claimOn('a', pod({ gate: undefined }))).rejects.toThrow('the plan has no gate');
});

test('says which variable of its environment is missing', async () => {
  await expect(claim({ env: {} })).rejects.toThrow('PLAN_HASH is not set');
});
