import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../../../agent/containerd/loaded-config';
import { stageConfig } from '../../../agent/containerd/staged-config';
import { parseToml } from '../../../agent/containerd/toml';
import { scratchFolders } from '../scratch-folder';
import { host, MAIN } from './fixtures';

const scratch = scratchFolders();

test('the copies import each other as the originals do, and are the same otherwise', () => {
  const files = host({
    [MAIN]: '# c\nimports = [ "conf.d/*.toml", # all\n "x.toml"]\r\nversion = 2\n',
    '/etc/containerd/conf.d/a.toml': 'imports = ["../x.toml", "/etc/containerd/config.toml"]\n',
    '/etc/containerd/conf.d/b.toml': 'root = "/b" # no imports here\n',
    '/etc/containerd/x.toml': 'imports = []\n',
  });
  const config = loadConfig(files, MAIN);
  const folder = scratch();
  const main = stageConfig(folder, config)!;
  const copy = (path: string) => join(folder, `${config.findIndex((file) => file.path === path)}.toml`);
  const [a, b, x] = ['conf.d/a.toml', 'conf.d/b.toml', 'x.toml'].map((name) => copy(`/etc/containerd/${name}`));

  expect(readFileSync(main, 'utf8')).toBe(`# c\nimports = ${JSON.stringify([a, b, x])}\r\nversion = 2\n`);
  expect(parseToml(readFileSync(a, 'utf8')).imports).toEqual([x, main]);
  expect(readFileSync(b, 'utf8')).toBe('root = "/b" # no imports here\n');
  expect(readFileSync(x, 'utf8')).toBe('imports = []\n');
});

test('without a main file there is nothing to copy', () => {
  const folder = scratch();
  expect(stageConfig(folder, [])).toBeUndefined();
  expect(readdirSync(folder)).toEqual([]);
});
