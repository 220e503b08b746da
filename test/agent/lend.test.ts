import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, realpathSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scratchFolders } from './scratch-folder';
import { lend } from '../../agent/lend';
import { LENT_LAYOUT, LENT_NODE } from '../../src/installer/pod-layout';

const scratch = scratchFolders();

beforeEach(() => void jest.spyOn(console, 'log').mockReturnValue());

test('lends a Node.js that runs by its own loader, with its own libraries only', async () => {
  const root = scratch();
  await lend({ root });
  const [loader, ...args] = LENT_NODE.map((part) => (part.startsWith('/') ? join(root, part) : part));
  expect(execFileSync(loader, [...args, '--print', 'process.version'], { env: {} }).toString().trim()).toBe(process.version);
  const used = execFileSync(loader, [...args, '--print', 'require("node:fs").readFileSync("/proc/self/maps", "utf8")'], { env: {} }).toString();
  const outside = [...used.matchAll(/ (\/.*)$/gm)].map(([, path]) => path).filter((path) => !path.startsWith(`${realpathSync(root)}/`));
  expect(outside).toEqual([]);
});

test('lends a library under every name that it has in its folder', async () => {
  const [root, libraries] = [scratch(), realpathSync(scratch())];
  writeFileSync(join(libraries, 'libstdc++.so.6.0.33'), 'library');
  symlinkSync('libstdc++.so.6.0.33', join(libraries, 'libstdc++.so.6'));
  symlinkSync('nothing', join(libraries, 'libgone.so'));
  writeFileSync(join(libraries, 'libother.so'), 'other');
  const maps = join(libraries, 'maps');
  writeFileSync(maps, [
    `7f00-7f01 r--p 00000000 08:01 10 ${' '.repeat(20)}${libraries}/libother.so`,
    `7f01-7f02 r-xp 00001000 08:01 11 ${' '.repeat(20)}${libraries}/libstdc++.so.6.0.33`,
    '7f02-7f03 r-xp 00000000 00:00 0                    [vdso]',
    '7f03-7f04 r-xp 00000000 00:00 0 ',
    '',
  ].join('\n'));
  await lend({ root, maps });
  const lent = join(root, LENT_LAYOUT.libraries);
  expect(readdirSync(lent).sort()).toEqual(['libstdc++.so.6', 'libstdc++.so.6.0.33']);
  expect(statSync(join(lent, 'libstdc++.so.6')).mode % 0o1000).toBe(0o755);
});

test('lends again over what a dead run left', async () => {
  const root = scratch();
  mkdirSync(join(root, LENT_LAYOUT.libraries), { recursive: true });
  writeFileSync(join(root, LENT_LAYOUT.node), 'half');
  await lend({ root });
  expect(statSync(join(root, LENT_LAYOUT.node)).size).toBe(statSync(process.execPath).size);
});

test('cannot lend a program that no loader starts', async () => {
  const program = join(scratch(), 'node');
  const header = Buffer.alloc(64);
  header.write('\x7fELF\x02\x01', 'latin1');
  writeFileSync(program, header);
  await expect(lend({ root: scratch(), program })).rejects.toThrow(`${program} is linked statically, and this installer lends only one that a loader starts: use its default image`);
});
