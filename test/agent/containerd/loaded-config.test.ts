import { host, MAIN } from './fixtures';
import { configVersion, loadConfig, mergedContent } from '../../../agent/containerd/loaded-config';

const at = (name: string) => `/etc/containerd/${name}`;

function order(files: { readonly [path: string]: string }): string[] {
  return loadConfig(host(files), MAIN).map(({ path }) => path.replace('/etc/containerd/', ''));
}

test('follows imports breadth first, patterns in lexical order, each file once', () => {
  expect(order({
    [MAIN]: 'imports = ["conf.d/*.toml", "./last.toml"]',
    [at('conf.d/b.toml')]: '',
    [at('conf.d/a.toml')]: 'imports = ["../deep/x.toml", "/etc/containerd/config.toml"]',
    [at('deep/x.toml')]: '',
    [at('last.toml')]: 'imports = ["conf.d/a.toml"]',
  })).toEqual(['config.toml', 'conf.d/a.toml', 'conf.d/b.toml', 'last.toml', 'deep/x.toml']);
});

test('a node without a main file has no configuration', () => {
  expect(loadConfig(host({}), MAIN)).toEqual([]);
});

test('a pattern that matches nothing is fine', () => {
  expect(order({ [MAIN]: 'imports = ["/etc/containerd/none.d/*.toml"]' })).toEqual(['config.toml']);
});

test.each([
  ['an import by name that is not there', { [MAIN]: 'imports = ["x.toml"]' }, '/etc/containerd/x.toml is imported by name but is not there: containerd would not start; restore it or remove it from imports'],
  ['an import out of sight', { [MAIN]: 'imports = ["/etc/nvidia/*.toml"]' }, '/etc/containerd/config.toml imports "/etc/nvidia/*.toml", which the installer cannot see from its Pod: name their folder in importedFolders of the NodeInstaller, or move them below /etc/containerd'],
  ['imports that are no array', { [MAIN]: 'imports = "x.toml"' }, '/etc/containerd/config.toml: imports has to be an array of strings, such as imports = ["/etc/containerd/conf.d/*.toml"]'],
  ['imports with a number', { [MAIN]: 'imports = ["*.toml", 1]' }, /imports has to be an array of strings/],
  ['a file that does not parse', { [MAIN]: 'version = 2\n[plugins\n' }, /^\/etc\/containerd\/config.toml is not valid TOML in line 2, column \d+: .+; correct the file, containerd cannot read it either$/],
  ['an imported file that does not parse', { [MAIN]: 'imports = ["*.toml"]', [at('x.toml')]: '=' }, /^\/etc\/containerd\/x.toml is not valid TOML in line 1/],
  ['a byte order mark', { [MAIN]: '\ufeffversion = 2' }, /begins with a byte order mark/],
])('refuses %s', (_, files, message) => {
  expect(() => order(files)).toThrow(message);
});

test('refuses a file that is not UTF-8', () => {
  const files = { read: () => Buffer.from([0x61, 0xff]), list: () => [], sees: () => true };
  expect(() => loadConfig(files, MAIN)).toThrow('/etc/containerd/config.toml is not UTF-8 text: containerd cannot read it; restore the file');
});

test('tables are merged deeply and the last stated version counts', () => {
  const config = loadConfig(host({
    [MAIN]: 'version = 3\nimports = ["a.toml", "b.toml"]\n[plugins.x]\nk = 1\nl = [1]\n',
    [at('a.toml')]: 'version = 2\n[plugins.x]\nl = [2]\n',
    [at('b.toml')]: '[plugins.y]\n',
  }), MAIN);
  expect(configVersion(config)).toBe(2);
  expect(mergedContent(config).plugins).toEqual({ x: { k: 1n, l: [2n] }, y: {} });
});
