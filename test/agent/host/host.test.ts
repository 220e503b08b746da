import * as nodeFs from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { Host, HostFs } from '../../../agent/host/host';
import { Refusal } from '../../../agent/refusal';
import { hostTree } from '../host-tree';
import { scratchFolders } from '../scratch-folder';

const scratch = scratchFolders();

/** `node:fs` that notes what is done to which path. */
function notingFs(): { fs: HostFs; notes: string[] } {
  const notes: string[] = [];
  const open = new Map<number, string>();
  const noted: Partial<HostFs> = {
    openSync: ((path: string, flags: string, mode?: number) => {
      const file = nodeFs.openSync(path, flags, mode);
      open.set(file, path);
      return file;
    }) as HostFs['openSync'],
    writeSync: ((file: number, ...rest: [Buffer]) => {
      notes.push(`write ${open.get(file)}`);
      return nodeFs.writeSync(file, ...rest);
    }) as HostFs['writeSync'],
    fsyncSync: (file) => void notes.push(`sync ${open.get(file)}`),
    renameSync: (from, to) => {
      notes.push(`rename ${String(from)} ${String(to)}`);
      nodeFs.renameSync(from, to);
    },
  };
  return { fs: { ...nodeFs, ...noted }, notes };
}

test('writes a file durably: its bytes before its name, its name before the end', () => {
  const root = scratch();
  const { fs, notes } = notingFs();
  new Host(root, fs).write('/config.toml', 'new', 0o644);
  const unfinished = join(root, '.config.toml.sandbox-runtimes.tmp');
  expect(notes).toEqual([`write ${unfinished}`, `sync ${unfinished}`, `rename ${unfinished} ${join(root, 'config.toml')}`, `sync ${root}/`]);
});

test('lets no reader see anything but the old bytes or the new ones', () => {
  const root = scratch();
  fc.assert(fc.property(fc.string(), fc.string(), (old, fresh) => {
    const seen = new Set<string>();
    const watching = new Host(root, new Proxy(nodeFs, {
      get: (target, name) => (...args: unknown[]) => {
        seen.add(nodeFs.readFileSync(join(root, 'config.toml'), 'utf8'));
        return (Reflect.get(target, name) as (...all: unknown[]) => unknown)(...args);
      },
    }));
    new Host(root).write('/config.toml', old, 0o644);
    watching.write('/config.toml', fresh, 0o644);
    expect([old, fresh]).toEqual(expect.arrayContaining([...seen]));
    expect(watching.read('/config.toml')?.toString()).toBe(fresh);
  }), { numRuns: 50 });
});

test('keeps the permissions of a file that it replaces', () => {
  const host = new Host(scratch());
  host.write('/a', 'old', 0o600);
  host.write('/a', 'new', 0o644);
  expect(hostTree(host.root)['/a']).toBe('600 new');
});

test('writes the rest when the system takes only a part of the bytes', () => {
  const root = scratch();
  const writeSync = ((file: number, bytes: Buffer, offset: number, length: number, position: number | null) =>
    nodeFs.writeSync(file, bytes, offset, Math.min(length, 3), position)) as HostFs['writeSync'];
  const host = new Host(root, { ...nodeFs, writeSync });
  host.write('/a', 'a text of some length', 0o644);
  expect(host.read('/a')?.toString()).toBe('a text of some length');
  host.writeInPlace('/a', Buffer.from('another text'));
  expect(host.read('/a')?.toString()).toBe('another text');
});

test('builds a file in another folder where every file of its own would be read', () => {
  const host = new Host(scratch());
  for (const folder of ['/etc', '/etc/crio.conf.d']) host.makeDirectories(folder);
  const seen: string[][] = [];
  const watching = new Host(host.root, {
    ...nodeFs,
    renameSync: (from, to) => {
      seen.push(host.list('/etc'), host.list('/etc/crio.conf.d'));
      nodeFs.renameSync(from, to);
    },
  });
  watching.write('/etc/crio.conf.d/99-ours', 'new', 0o644, '/etc');
  expect(seen).toEqual([[expect.stringMatching(/^\.99-ours\./), 'crio.conf.d'], []]);
  expect(host.read('/etc/crio.conf.d/99-ours')?.toString()).toBe('new');
  expect(host.list('/etc')).toEqual(['crio.conf.d']);
});

test('follows a link as the host would, also an absolute one', () => {
  const host = new Host(scratch());
  host.makeDirectories('/etc/real');
  nodeFs.symlinkSync('/etc/real/file', host.at('/etc/link'));
  host.write('/etc/link', 'x', 0o644);
  expect(hostTree(host.root)).toMatchObject({ '/etc/link': 'link to /etc/real/file', '/etc/real/file': '644 x' });
});

test('refuses a link that leads back to itself', () => {
  const host = new Host(scratch());
  nodeFs.symlinkSync('b', host.at('/a'));
  nodeFs.symlinkSync('a', host.at('/b'));
  expect(() => host.read('/a')).toThrow(Refusal);
});

test('removes a folder without following the links in it', () => {
  const host = new Host(scratch());
  host.makeDirectories('/a/b');
  host.write('/kept', 'x', 0o644);
  nodeFs.symlinkSync('../kept', host.at('/a/link'));
  nodeFs.symlinkSync('/', host.at('/a/b/root'));
  host.discard('/a');
  expect(Object.keys(hostTree(host.root))).toEqual(['/', '/kept']);
});

test('sweeps only what was left unfinished', () => {
  const host = new Host(scratch());
  host.makeDirectories('/.20261005.0.sandbox-runtimes.tmp/x');
  for (const name of ['/.a.sandbox-runtimes.tmp', '/a.sandbox-runtimes.tmp', '/.a.tmp']) host.write(name, '', 0o644);
  host.sweep('/');
  expect(host.list('/')).toEqual(['.a.tmp', 'a.sandbox-runtimes.tmp']);
});

test.each([
  ['ENOSPC', 'no space is left on the disk'], ['EROFS', 'the file system is read-only'], ['EACCES', 'permission denied'],
])('says what %s means, and leaves no unfinished file', (code, meaning) => {
  const root = scratch();
  const host = new Host(root, { ...nodeFs, fsyncSync: () => { throw Object.assign(new Error(code), { code }); } });
  expect(() => host.write('/a', 'x', 0o644)).toThrow(`writing /a: ${meaning}`);
  expect(nodeFs.readdirSync(root)).toEqual([]);
});

test('says what is in the way of a folder', () => {
  const host = new Host(scratch());
  host.write('/config', '', 0o644);
  expect(() => host.makeDirectories('/config/kata')).toThrow('making the folder /config: something else stands in its place: remove it (EEXIST)');
});
