import { host, install, MAIN, tables, takeBack } from './fixtures';

const V2 = '[plugins."io.containerd.grpc.v1.cri".containerd.runtimes';
const V3 = '[plugins."io.containerd.cri.v1.runtime".containerd.runtimes';
const RUNC = `${V2}.runc]\nruntime_type = "io.containerd.runc.v2"\n`;

function refusal(text: string, version: string, others: { readonly [path: string]: string } = {}): string {
  try {
    install(host({ [MAIN]: text, ...others }), version);
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
  return 'accepted';
}

describe.each(['cri', 'io.containerd.grpc.v1.cri', 'io.containerd.cri.v1.runtime', 'io.containerd.cri.v1.images'])('disabled_plugins with %s', (plugin) => {
  test.each(['1.7.35', '2.2.9'])('is refused on containerd %s', (version) => {
    expect(refusal(`version = 2\ndisabled_plugins = ["${plugin}"]\n`, version)).toBe(
      `Refusal: ${MAIN}: disabled_plugins has "${plugin}", so containerd does not serve the kubelet at all: `
      + 'remove the entry and restart containerd (the docker.com package installs such a file)');
  });
});

test('other disabled plugins are none of our business', () => {
  expect(refusal('version = 2\ndisabled_plugins = ["io.containerd.snapshotter.v1.btrfs"]\n', '2.2.9')).toBe('accepted');
});

test('a plugin that an imported file disables is named with that file', () => {
  expect(refusal('version = 2\nimports = ["x.toml"]\n', '2.2.9', { '/etc/containerd/x.toml': 'disabled_plugins = ["cri"]' })).toMatch('/etc/containerd/x.toml: disabled_plugins');
});

test.each([
  ['version = 3\n', '1.7.35', 'version = 3, but containerd 1.7.35 reads 2 at most'],
  ['version = 4\n', '2.2.9', 'version = 4, but containerd 2.2.9 reads 3 at most'],
  ['version = 5\n', '2.3.7', 'version = 5, but containerd 2.3.7 reads 4 at most'],
  ['version = "2"\n', '2.3.7', 'version has to be a whole number, found "2"'],
])('%j is refused on containerd %s', (text, version, message) => {
  expect(refusal(text, version)).toContain(message);
});

test.each([['version = 2\n', '1.7.35'], ['version = 3\n', '2.0.6'], ['version = 4\n', '2.3.0']])('%j is accepted on containerd %s', (text, version) => {
  expect(refusal(text, version)).toBe('accepted');
});

test.each([
  ['version 2', `${V2}.runsc]\nruntime_type = "io.containerd.runsc.v1"\n`, 'io.containerd.grpc.v1.cri', 'io.containerd.runsc.v1'],
  ['version 3', `${V3}.runsc]\nruntime_path = "/usr/bin/shim"\nruntime_type = "x"\n`, 'io.containerd.cri.v1.runtime', '/usr/bin/shim'],
  ['version 1', '[plugins.cri.containerd.runtimes.runsc]\nruntime_type = "y"\n', 'cri', 'y'],
  ['inline', 'plugins."io.containerd.grpc.v1.cri".containerd = { runtimes = { runsc = { runtime_type = "z" } } }\n', 'io.containerd.grpc.v1.cri', 'z'],
])("another installer's handler is refused in %s tables, wherever containerd looks", (_, text, section, shim) => {
  expect(refusal(`version = 2\n${text}`, '2.2.9')).toBe(`Refusal: ${MAIN} already has a handler "runsc" (it runs ${shim}), which ${shim.startsWith('io.') ? 'a script or Gardener\'s extension' : 'somebody else'} installed: `
    + `give the runtime another handler name, or remove [plugins."${section}".containerd.runtimes.runsc] first`);
});

test("another installer's handler in an imported file is named with that file", () => {
  expect(refusal('version = 2\nimports = ["x.toml"]\n', '2.2.9', { '/etc/containerd/x.toml': `${V2}.runsc]\n` }))
    .toMatch('/etc/containerd/x.toml already has a handler "runsc" (without a runtime type)');
});

test('our table outside the markers is refused, also when taking back', () => {
  const text = `version = 2\n${RUNC}${tables('runsc').v2}`;
  const message = /handler "runsc" that runs \/opt\/sandbox-runtimes\/\S+ but stands outside this installer's drop-in and markers, .*: remove \[plugins/;
  expect(refusal(text, '1.7.35')).toMatch(message);
  expect(() => takeBack(host({ [MAIN]: text }), '1.7.35')).toThrow(message);
});

describe('on containerd 1.x', () => {
  test.each([['', 'an empty file'], ['[plugins.cri]\n', 'version 1 tables'], ['version = 1\n', 'version = 1'], [RUNC, 'no version']])(
    'a file that it reads as version 1 is refused: %j', (text) => {
      expect(refusal(text, '1.7.35')).toContain('has no "version = 2", so containerd 1.x reads it as a version 1 file');
      expect(refusal(text, '2.2.9')).toBe('accepted');
    });

  test('an imported file that replaces the CRI section is refused', () => {
    const imported = { '/etc/containerd/x.toml': `version = 2\n${RUNC}` };
    expect(refusal('version = 2\nimports = ["x.toml"]\n', '1.7.35', imported)).toBe('Refusal: /etc/containerd/x.toml is imported and has CRI settings, '
      + `and containerd 1.x lets them replace all those of ${MAIN}: move them to ${MAIN}`);
    expect(refusal('version = 2\nimports = ["x.toml"]\n', '2.2.9', imported)).toBe('accepted');
  });

  test('an imported file without CRI settings is accepted', () => {
    expect(refusal('version = 2\nimports = ["x.toml"]\n', '1.7.35', { '/etc/containerd/x.toml': '[plugins."io.containerd.gc.v1.scheduler"]\n' })).toBe('accepted');
  });

  test.each([
    ['runtimes without it', `version = 2\n${V2}.nvidia]\n`, '"runc"'],
    ['a name without a table', `version = 2\n[plugins."io.containerd.grpc.v1.cri".containerd]\ndefault_runtime_name = "nvidia"\n${RUNC}`, '"nvidia"'],
    ['a name and no tables at all', 'version = 2\n[plugins."io.containerd.grpc.v1.cri".containerd]\ndefault_runtime_name = "nvidia"\n', '"nvidia"'],
  ])('a default runtime that is missing already is refused: %s', (_, text, name) => {
    expect(refusal(text, '1.7.35')).toContain(`the default runtime ${name} has no table below runtimes`);
  });

  test('a default runtime in the old place is accepted', () => {
    expect(refusal(`version = 2\n[plugins."io.containerd.grpc.v1.cri".containerd.default_runtime]\nruntime_type = "x"\n${V2}.nvidia]\n`, '1.7.35')).toBe('accepted');
  });

  test.each([
    ['runtimes', '[plugins."io.containerd.grpc.v1.cri".containerd]\nruntimes = { runc = { runtime_type = "io.containerd.runc.v2" } }\n'],
    ['containerd', '[plugins."io.containerd.grpc.v1.cri"]\ncontainerd = { runtimes = { runc = { runtime_type = "io.containerd.runc.v2" } } }\n'],
    ['plugins', 'plugins = { "io.containerd.grpc.v1.cri" = { sandbox_image = "x" } }\n'],
  ])('an inline %s is refused, which TOML cannot extend', (_, text) => {
    expect(refusal(`version = 2\n${text}`, '1.7.35')).toBe(`Refusal: ${MAIN} cannot be extended: runtimes or a table above it is written inline `
      + '(runtimes = { ... }), and TOML has no way to add to that: write the runtimes as tables of their own, '
      + '[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.<name>]');
  });
});

test('an inline table is no obstacle to a drop-in: containerd 2.x merges it', () => {
  expect(refusal('version = 2\n[plugins."io.containerd.grpc.v1.cri".containerd]\nruntimes = { runc = { runtime_type = "io.containerd.runc.v2" } }\n', '2.2.9')).toBe('accepted');
});
