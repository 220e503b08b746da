import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FakeNode } from './fake-node';
import { untouched } from './host-tree';
import { ArchiveServer, bundleOf, Installation, PLATFORM } from './installation';
import { scratchFolders } from './scratch-folder';
import { Host, HostFs } from '../../agent/host/host';
import { watch } from '../../agent/watch';
import { InstallVerdict } from '../../src/installer/install-plan';
import { planHash } from '../../src/installer/plan-hash';

const scratch = scratchFolders();
const server = new ArchiveServer();
const MAIN = 'version = 3\n[plugins."io.containerd.cri.v1.runtime".containerd]\n  default_runtime_name = "runc"\n';
const DROP_IN = '/etc/containerd/conf.d/sandbox-runtimes.toml';
const SHIM = '/opt/sandbox-runtimes/gvisor/20261005.0/containerd-shim-runsc-v1';
const REMEDY = '; delete this Pod of the installer, and the next one repairs the node';

let lines: string[];

beforeAll(() => server.start());
afterAll(() => server.stop());
beforeEach(() => {
  lines = [];
  jest.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
});

/** A node with an installation, and the emptyDir of the Pod that made it. */
class WatchedNode {
  readonly shared: string;
  readonly installation: Installation;
  private readonly bundle = bundleOf(server, { runtimes: [{}, { handler: 'runsc-debug', options: 'debug = true\n' }] });

  constructor() {
    const folder = scratch();
    this.shared = join(folder, 'shared');
    this.installation = new Installation(folder);
    this.installation.put('/etc/containerd/config.toml', MAIN);
  }

  async install(): Promise<void> {
    expect((await this.installation.run(this.bundle)).code).toBe(0);
    lines.length = 0;
  }

  /** @returns reasons by handler. */
  async look({ fs, fail }: { readonly fs?: HostFs; readonly fail?: () => void } = {}): Promise<{ readonly [handler: string]: string | undefined }> {
    const host = new Host(this.installation.root, fs);
    const { daemons } = this.installation;
    class Looked extends FakeNode {
      async servedHandlers() {
        fail?.();
        return super.servedHandlers();
      }
    }
    const node = () => new Looked({ host, platform: PLATFORM, daemons });
    await watch({ env: { PLAN_HASH: planHash(this.bundle) }, shared: this.shared, host, node, againAfterMs: 1 });
    return this.told;
  }

  get told(): { readonly [handler: string]: string | undefined } {
    const file = join(this.shared, 'drift.json');
    const { handlers }: Pick<InstallVerdict, 'handlers'> = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { handlers: [] };
    return Object.fromEntries(handlers.map(({ handler, reason }) => [handler, reason]));
  }

  get news(): boolean {
    const file = join(this.shared, 'news');
    const there = existsSync(file);
    rmSync(file, { force: true });
    return there;
  }

  at(path: string): string {
    return join(this.installation.root, path);
  }
}

async function watched(): Promise<WatchedNode> {
  const node = new WatchedNode();
  await node.install();
  return node;
}

const config = (node: WatchedNode) => /"(\/opt\/sandbox-runtimes\/config\/runsc\/[^"]+)"/.exec(node.installation.read(DROP_IN))![1];

test('finds nothing where all is as it was installed, says nothing and writes nothing to the host', async () => {
  const node = await watched();
  const before = untouched(node.installation.root);
  for (let look = 0; look < 3; look++) expect(await node.look()).toEqual({});
  expect({ news: node.news, lines, after: untouched(node.installation.root) }).toEqual({ news: false, lines: [], after: before });
});

describe('finds', () => {
  const both = (reason: string) => ({ 'runsc': reason + REMEDY, 'runsc-debug': reason + REMEDY });

  test.each<[string, (node: WatchedNode) => unknown, string]>([
    ['a main file that was written anew', (node) => node.installation.put('/etc/containerd/config.toml', MAIN),
      'the configuration of containerd was changed: /etc/containerd/config.toml no longer has what it needs'],
    ['a drop-in that was removed', (node) => rmSync(node.at(DROP_IN)),
      `the configuration of containerd was changed: ${DROP_IN} no longer has what it needs`],
    ['a drop-in that was changed', (node) => appendFileSync(node.at(DROP_IN), 'x = 1\n'),
      `the configuration of containerd was changed: ${DROP_IN} no longer has what it needs`],
    ['a configuration that containerd could not read', (node) => node.installation.put('/etc/containerd/config.toml', 'this is = = no toml'),
      '/etc/containerd/config.toml is not valid TOML'],
    ['a containerd that was restarted without our drop-in', (node) => { node.installation.daemons.served = []; },
      'containerd has read another configuration since, and does not serve it any more'],
    ['a shim that was removed', (node) => rmSync(node.at(SHIM)), `${SHIM} was removed`],
    ['a shim of the same size with other bytes', (node) => writeFileSync(node.at(SHIM), '#!/bin/ps\n'), `${SHIM} was changed`],
    ['a release that was removed', (node) => rmSync(node.at('/opt/sandbox-runtimes/gvisor/20261005.0'), { recursive: true }),
      '/opt/sandbox-runtimes/gvisor/20261005.0 was removed'],
    ['a record that was removed', (node) => rmSync(node.at('/var/lib/sandbox-runtimes/record.json')),
      'the record of its installation is gone from this node'],
  ])('%s', async (_, harm, reason) => {
    const node = await watched();
    await node.look();
    harm(node);
    const told = await node.look();
    expect(Object.keys(told)).toEqual(['runsc', 'runsc-debug']);
    for (const found of Object.values(told)) expect(found).toMatch(new RegExp(`^${reason.replaceAll('.', '\\.')}.*${REMEDY}$`));
    expect(node.news).toBe(true);
    expect(lines).toHaveLength(2);
  });

  test('a shim configuration that was changed, which is of one handler alone', async () => {
    const node = await watched();
    appendFileSync(node.at(config(node)), 'debug = true\n');
    expect(await node.look()).toEqual({ runsc: `${config(node)} was changed${REMEDY}` });
  });

  test('on its first look also what has changed since the installation', async () => {
    const node = await watched();
    writeFileSync(node.at(SHIM), '#!/bin/ps\n');
    expect(await node.look()).toEqual(both(`${SHIM} was changed`));
  });
});

test('does not mind what somebody else adds to the main file', async () => {
  const node = await watched();
  appendFileSync(node.at('/etc/containerd/config.toml'), '[debug]\n  level = "info"\n');
  expect(await node.look()).toEqual({});
});

test('does not mind a file that is gone for a moment', async () => {
  const node = await watched();
  const shim = readFileSync(node.at(SHIM));
  rmSync(node.at(SHIM));
  let looks = 0;
  // It is back before the second look.
  const fail = () => { if (++looks === 2) writeFileSync(node.at(SHIM), shim); };
  expect(await node.look({ fail })).toEqual({});
  expect({ looks, news: node.news }).toEqual({ looks: 2, news: false });
});

test('tells it once, and once that all is well again', async () => {
  const node = await watched();
  const shim = readFileSync(node.at(SHIM));
  rmSync(node.at(SHIM));
  await node.look();
  expect(node.news).toBe(true);
  await node.look();
  expect(node.news).toBe(false);
  writeFileSync(node.at(SHIM), shim);
  expect(await node.look()).toEqual({});
  expect(node.news).toBe(true);
  expect(lines.at(-1)).toMatch(/^watch: all is as it was installed again/);
});

test('leaves what was told as it is while the container runtime cannot be asked', async () => {
  const node = await watched();
  rmSync(node.at(SHIM));
  const told = await node.look();
  await expect(node.look({ fail: () => { throw new Error('connect ECONNREFUSED'); } })).rejects.toThrow('ECONNREFUSED');
  expect(node.told).toEqual(told);
});

test('reads a file only once as long as it is not touched', async () => {
  const node = await watched();
  const opened: string[] = [];
  const fs = {
    ...jest.requireActual<HostFs>('node:fs'),
    openSync: ((path: string, ...rest: [string]) => {
      opened.push(path.slice(node.installation.root.length));
      return jest.requireActual<HostFs>('node:fs').openSync(path, ...rest);
    }) as HostFs['openSync'],
  };
  await node.look({ fs });
  expect(opened).toContain(SHIM);
  opened.length = 0;
  await node.look({ fs });
  expect(opened).toEqual([]);
});

test('looks only at the handlers that were proven', async () => {
  const node = await watched();
  const file = join(node.shared, 'verdict.json');
  const verdict: InstallVerdict = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...verdict, handlers: verdict.handlers.map((found) => ({ ...found, verdict: found.handler === 'runsc' ? 'ready' : 'failed' })) }));
  node.installation.daemons.served = [];
  expect(Object.keys(await node.look())).toEqual(['runsc']);
});

test('what it finds is repaired by the next run of install', async () => {
  const node = await watched();
  node.installation.put('/etc/containerd/config.toml', MAIN);
  writeFileSync(node.at(SHIM), '#!/bin/ps\n');
  appendFileSync(node.at(config(node)), 'x');
  node.installation.daemons.served = [];
  await node.install();
  expect(await node.look()).toEqual({});
  expect(readFileSync(node.at(SHIM), 'utf8')).toBe('#!/bin/sh\n');
});
