import { GVISOR_SENTRY, V20260928_0, V20261005_0 } from '../../src/runtime/gvisor-archives';
import { GVisorRelease } from '../../src/runtime/gvisor-release';

const SUM = 'ab'.repeat(64);
const BINARIES = ['containerd-shim-runsc-v1', 'runsc'];

describe('a known release', () => {
  test.each([
    [GVisorRelease.V20260928_0, V20260928_0],
    [GVisorRelease.V20261005_0, V20261005_0],
  ])('is downloaded by its published address and verified by its checksum', (release, facts) => {
    const { archives } = release._artifact();
    expect(release.architectures).toEqual(['amd64', 'arm64']);
    for (const [arch, folder] of [['amd64', 'x86_64'], ['arm64', 'aarch64']]) {
      expect(archives[arch]).toEqual({
        url: `https://storage.googleapis.com/gvisor/releases/release/${facts.version}/${folder}/gvisor.tar.zstd`,
        format: 'tar.zst',
        checksum: { algorithm: 'sha512', hex: facts.archives[arch].sha512 },
      });
    }
  });

  test('has a well-formed checksum of its own for each architecture, stated by at least one source', () => {
    const archives = [V20260928_0, V20261005_0].flatMap((facts) => Object.values(facts.archives));
    expect(new Set(archives.map(({ sha512 }) => sha512)).size).toBe(4);
    for (const { sha512, sources } of archives) {
      expect(sha512).toMatch(/^[0-9a-f]{128}$/);
      expect(sources).toBeGreaterThanOrEqual(1);
    }
  });

  test('requires the sidecars that it is known to have', () => {
    expect(GVisorRelease.V20260928_0.requiredFiles).toEqual([
      'containerd-shim-runsc-v1',
      'gvisor-bin/checkpointgofer',
      'gvisor-bin/gvisor-sentry-prewarmer',
      'gvisor-bin/gvisor_sentry',
      'gvisor-bin/runsc-metric-server',
      'runsc',
    ]);
    expect(GVisorRelease.V20261005_0.requiredFiles).toContain('gvisor-bin/runsc-fd-parking');
  });

  test('lies in a folder of its own on the node and proves itself by its version', () => {
    expect(GVisorRelease.V20260928_0._artifact()).toMatchObject({
      directory: '/opt/sandbox-runtimes/gvisor/20260928.0',
      version: { command: ['runsc', '--version'], output: 'runsc version release-20260928.0' },
    });
  });
});

describe('a mirror', () => {
  test.each(['https://mirror.example.com/gvisor', 'https://mirror.example.com/gvisor/', 'https://mirror.example.com/gvisor//'])('%s replaces exactly the address of the releases', (mirror) => {
    expect(GVisorRelease.V20261005_0._artifact(mirror).archives.arm64.url)
      .toBe('https://mirror.example.com/gvisor/release/20261005.0/aarch64/gvisor.tar.zstd');
  });
});

describe('a release of the user\'s own', () => {
  test('is installed on the architectures that it has checksums for', () => {
    expect(GVisorRelease.of('20261012.0', { amd64Sha512: SUM }).architectures).toEqual(['amd64']);
    expect(GVisorRelease.of('20261012.0', { arm64Sha512: SUM }).architectures).toEqual(['arm64']);
    expect(Object.keys(GVisorRelease.of('20261012.0', { arm64Sha512: SUM, amd64Sha512: SUM })._artifact().archives)).toEqual(['amd64', 'arm64']);
  });

  test('requires the sentry unless told otherwise', () => {
    expect(GVisorRelease.of('20261012.0', { amd64Sha512: SUM }).requiredFiles).toEqual([...BINARIES, GVISOR_SENTRY].sort());
    expect(GVisorRelease.of('20261012.0', { amd64Sha512: SUM, requiredFiles: [] }).requiredFiles).toEqual(BINARIES);
    expect(GVisorRelease.of('20261012.0', { amd64Sha512: SUM, requiredFiles: ['runsc', 'gvisor-bin/new'] })._artifact().required)
      .toEqual(['containerd-shim-runsc-v1', 'gvisor-bin/new', 'runsc']);
  });

  test('takes a checksum in upper case and writes it in lower case', () => {
    expect(GVisorRelease.of('20261012.0', { amd64Sha512: SUM.toUpperCase() })._artifact().archives.amd64.checksum.hex).toBe(SUM);
  });

  test.each([
    ['latest', {}, 'a name that moves'],
    ['20261012', {}, 'such as "20261012.0"'],
    ['20260706.0', {}, 'gVisor 20260706.0 was never published as an archive; use 20260831.0 or newer'],
    ['20260817.0', {}, 'gVisor 20260817.0 was not published as gvisor.tar.zstd; use 20260831.0 or newer'],
    ['20260831.0', {}, 'may lack the fix of CVE-2026-96812'],
    ['20261012.0', {}, 'gVisor 20261012.0 has no checksum; set amd64Sha512, arm64Sha512 or both'],
    ['20261012.0', { amd64Sha512: '' }, 'amd64Sha512 of gVisor 20261012.0 must be a SHA-512 of 128 hexadecimal digits, got 0 characters;'],
    ['20261012.0', { amd64Sha512: SUM.slice(1) }, 'got 127 characters; copy the first word of gvisor.tar.zstd.sha512 of x86_64'],
    ['20261012.0', { arm64Sha512: `x${SUM.slice(1)}` }, 'arm64Sha512 of gVisor 20261012.0 must be a SHA-512 of 128 hexadecimal digits, got 128 characters with "x" at position 1'],
    ['20261012.0', { amd64Sha512: SUM, arm64Sha512: `${SUM} ` }, 'got 129 characters with " " at position 129; copy the first word of gvisor.tar.zstd.sha512 of aarch64'],
    ['20261012.0', { amd64Sha512: SUM, requiredFiles: ['../runsc'] }, 'must be a path inside the archive such as "gvisor-bin/gvisor_sentry", got "../runsc"'],
    ['20261012.0', { amd64Sha512: SUM, requiredFiles: ['/usr/bin/runsc'] }, 'got "/usr/bin/runsc"'],
    ['20261012.0', { amd64Sha512: SUM, requiredFiles: ['a//b'] }, 'got "a//b"'],
  ])('%s with %j is refused', (version, props, message) => {
    expect(() => GVisorRelease.of(version, props)).toThrow(message);
  });

  test.each<[object | undefined, string]>([
    [undefined, 'gVisor 20261012.0 has no checksum; set amd64Sha512, arm64Sha512 or both'],
    [{ amd64Sha512: 5 }, 'amd64Sha512 of gVisor 20261012.0 must be a SHA-512 of 128 hexadecimal digits, got 5; copy the first word'],
    [{ amd64Sha512: SUM, requiredFiles: 'sentry' }, 'requiredFiles of gVisor 20261012.0 must be a list of texts such as ["a", "b"], got "sentry"'],
    [{ amd64Sha512: SUM, allowBelowSecurityFloor: 'false' }, 'allowBelowSecurityFloor of gVisor 20261012.0 must be true or false, without quotes, got "false"'],
  ])('is refused with props of another type, as JavaScript lets them through: %j', (props, message) => {
    expect(() => GVisorRelease.of('20261012.0', props as any)).toThrow(message);
  });

  test('may be below the security floor by an explicit opt-out', () => {
    expect(() => GVisorRelease.of('20260905.0', { amd64Sha512: SUM })).toThrow('set allowBelowSecurityFloor');
    expect(GVisorRelease.of('20260905.0', { amd64Sha512: SUM, allowBelowSecurityFloor: true }).version).toBe('20260905.0');
    expect(GVisorRelease.of('20260907.0', { amd64Sha512: SUM }).version).toBe('20260907.0');
  });
});

test('knows whether it is at least another release', () => {
  expect(GVisorRelease.V20260928_0.isAtLeast('20260928.0')).toBe(true);
  expect(GVisorRelease.V20260928_0.isAtLeast('20260907.3')).toBe(true);
  expect(GVisorRelease.V20260928_0.isAtLeast('20260928.1')).toBe(false);
  expect(() => GVisorRelease.V20260928_0.isAtLeast('latest')).toThrow('a name that moves');
});

test('hands out copies', () => {
  GVisorRelease.V20260928_0.architectures.push('riscv64');
  GVisorRelease.V20260928_0.requiredFiles.pop();
  expect(GVisorRelease.V20260928_0.architectures).toEqual(['amd64', 'arm64']);
  expect(GVisorRelease.V20260928_0.requiredFiles).toHaveLength(6);
});
