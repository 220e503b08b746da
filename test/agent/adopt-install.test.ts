import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { FakeNode } from './fake-node';
import { untouched } from './host-tree';
import { archiveServer, Attempt, bundleOf, Installation, PLATFORM, Wish } from './installation';
import { scratchFolders } from './scratch-folder';
import { findDrift } from '../../agent/drift';
import { FileHashes } from '../../agent/host/file-hashes';
import { Host } from '../../agent/host/host';
import { readRecord } from '../../agent/record';

const scratch = scratchFolders();
const server = archiveServer();
const V3 = 'plugins."io.containerd.cri.v1.runtime"';
const MAIN = '/etc/containerd/config.toml';
const LATER = '/etc/containerd/conf.d/shim-gvisor.toml';
const BASE = `version = 3\nimports = ["/etc/containerd/conf.d/*.toml"]\n[${V3}.containerd]\n  default_runtime_name = "runc"\n`;
const THEIRS = `[${V3}.containerd.runtimes.runsc]\nruntime_type = "io.containerd.runsc.v1"\n`;
const TAKES_OVER = `[${V3}.containerd.runtimes.runsc]\nruntime_type = "io.containerd.runc.v2"\n`;

beforeEach(() => void jest.spyOn(console, 'log').mockReturnValue());

function bundle(adopts: boolean, ...runtimes: Wish[]): { [name: string]: string } {
  const made = bundleOf(server, { runtimes });
  const plan = JSON.parse(made['plan.json']);
  return { ...made, 'plan.json': JSON.stringify({ ...plan, platform: { ...plan.platform, ...(adopts ? { adopts } : {}) } }) };
}

const RUNSC: Wish = {};
const OTHER: Wish = { handler: 'other' };
/** Another configuration, so that there is something to write. */
const CHANGED: Wish = { handler: 'other', options: 'debug = "true"\n' };

/** A node on which one handler was adopted and another one installed. */
async function adopted(): Promise<Installation> {
  const node = new Installation(scratch());
  node.put(MAIN, BASE + THEIRS);
  expect(verdicts(await node.run(bundle(true, RUNSC, OTHER)))).toEqual({ runsc: 'ready', other: 'ready' });
  return node;
}

function verdicts({ verdict }: Attempt): { [handler: string]: string } {
  return Object.fromEntries(verdict!.handlers.map(({ handler, verdict: found, reason }) => [handler, reason === undefined ? found : `${found}: ${reason}`]));
}

async function drift(node: Installation): Promise<{ [handler: string]: string }> {
  const host = new Host(node.root);
  const record = readRecord(host)!;
  const fake = new FakeNode({ host, platform: { ...PLATFORM, adopts: true }, daemons: node.daemons });
  return Object.fromEntries(await findDrift({ node: fake, record }, ['other', 'runsc'], new FileHashes(host)));
}

/** Ways in which an adopted handler cannot be adopted any more. */
const LOST: readonly [string, { readonly adopts: boolean; readonly harm?: (node: Installation) => void; readonly reason: RegExp }][] = [
  ['ADOPT is left out', { adopts: false, reason: /already has a handler "runsc"/ }],
  ['the other table gains a key', {
    adopts: true, harm: (node) => node.put(MAIN, `${node.read(MAIN)}pod_annotations = ["dev.gvisor.*"]\n`), reason: /its pod_annotations would count beside/,
  }],
  ['a file that is read later has another shim', { adopts: true, harm: (node) => node.put(LATER, TAKES_OVER), reason: /shim-gvisor\.toml .* its runtime_type would count over/ }],
];

describe.each(LOST)('where %s', (_, { adopts, harm, reason }) => {
  test('that handler alone fails, its files stay as they are, and the others go on', async () => {
    const node = await adopted();
    harm?.(node);
    const before = untouched(`${node.root}/etc`);
    expect(verdicts(await node.run(bundle(adopts, RUNSC, OTHER)))).toEqual({ runsc: expect.stringMatching(reason), other: 'ready' });
    expect({ etc: untouched(`${node.root}/etc`), restarts: node.daemons.containerdRestarts }).toEqual({ etc: before, restarts: 1 });
  });

  test('the others can still be changed, and the table of that handler is the same after it', async () => {
    const node = await adopted();
    harm?.(node);
    const table = () => node.read(PLATFORM.dropInFile).slice(node.read(PLATFORM.dropInFile).indexOf('runtimes.runsc]'));
    const before = table();
    expect(verdicts(await node.run(bundle(adopts, RUNSC, CHANGED)))).toEqual({ runsc: expect.stringMatching(reason), other: 'ready' });
    expect({ table: table(), restarts: node.daemons.containerdRestarts }).toEqual({ table: before, restarts: 2 });
  });

  test('it stays for its Pods when it leaves the plan, and goes when they have ended', async () => {
    const node = await adopted();
    harm?.(node);
    node.daemons.pods = [{ namespace: 'team', name: 'web', handler: 'runsc' }];
    expect(verdicts(await node.run(bundle(adopts, CHANGED)))).toEqual({ other: 'ready' });
    expect(node.daemons.served).toEqual(['other', 'runsc']);
    node.daemons.pods = [];
    expect(verdicts(await node.run(bundle(adopts, CHANGED)))).toEqual({ other: 'ready' });
    expect(node.daemons.served).toEqual(['other']);
  });

  test('a kept table that is no more in our drop-in is not laid over the other one again', async () => {
    const node = await adopted();
    harm?.(node);
    rmSync(join(node.root, PLATFORM.dropInFile));
    const refused = expect.stringMatching(reason);
    expect(verdicts(await node.run(bundle(adopts, RUNSC, OTHER)))).toEqual({ runsc: refused, other: refused });
  });
});

test('what is read later than ours is found by watch, for that handler alone and as long as it is there', async () => {
  const node = await adopted();
  expect(await drift(node)).toEqual({});
  node.put(LATER, TAKES_OVER);
  expect(await drift(node)).toEqual({ runsc: expect.stringMatching(/shim-gvisor\.toml already has a handler "runsc" .* read after our drop-in/) });
  rmSync(join(node.root, LATER));
  expect(await drift(node)).toEqual({});
});
