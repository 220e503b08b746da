import { BundleFolder, type GatedPlan } from './bundle-folder';
import { FakeApiServer, GATE } from './fake-api-server';
import { admit } from '../../../agent/admit';

const TAINT = 'startup-taint.cluster-autoscaler.kubernetes.io/sandbox-runtimes';
const OTHER = 'example.com/dedicated';
const READY = { handler: 'runsc', verdict: 'ready' } as const;
const FAILED = { handler: 'runsc', verdict: 'failed', step: 'preflight', reason: 'no room' } as const;

let api: FakeApiServer;
let folder: BundleFolder;

beforeEach(async () => {
  jest.spyOn(console, 'log').mockImplementation();
  api = new FakeApiServer();
  await api.start();
  api.addNode('a');
  api.addLease('slot-0', 'a');
});

afterEach(async () => {
  folder.remove();
  await api.stop();
  jest.restoreAllMocks();
});

async function admitted(verdict: typeof READY | typeof FAILED, plan: Partial<GatedPlan> = {}): Promise<void> {
  folder = new BundleFolder({ handlers: ['runsc'], gate: { ...GATE, startupTaint: TAINT }, ...plan });
  folder.writeVerdict([verdict]);
  await admit({ env: { PLAN_HASH: folder.hash, NODE_NAME: 'a' }, bundle: folder.bundle, shared: folder.shared, connection: api.connection });
}

test('is lifted once all handlers are proven, and other taints stay', async () => {
  api.taint('a', [OTHER, TAINT]);
  await admitted(READY);
  expect(api.taints('a')).toEqual([OTHER]);
});

test('is lifted after the labels and the plan are noted, before the slot is free', async () => {
  api.taint('a', [TAINT]);
  await admitted(READY);
  expect(api.writes).toEqual(['PATCH a', 'POST node.a', 'PATCH a', 'PUT slot-0']);
  expect(api.taints('a')).toEqual([]);
});

test('stays where a handler failed', async () => {
  api.taint('a', [TAINT]);
  await admitted(FAILED);
  expect(api.taints('a')).toEqual([TAINT]);
});

test('stays where the installer has no such gate', async () => {
  api.taint('a', [TAINT]);
  await admitted(READY, { gate: GATE });
  expect(api.taints('a')).toEqual([TAINT]);
});

test('is lifted all the same if somebody changes the node at that moment', async () => {
  api.taint('a', [TAINT]);
  let patches = 0;
  api.beforeWrite = (method) => {
    if (method === 'PATCH' && ++patches === 2) api.taint('a', [TAINT, OTHER]);
    return undefined;
  };
  await admitted(READY);
  expect(api.taints('a')).toEqual([OTHER]);
});

test('costs no write where the node does not have it', async () => {
  await admitted(READY);
  expect(api.writes).toEqual(['PATCH a', 'POST node.a', 'PUT slot-0']);
});
