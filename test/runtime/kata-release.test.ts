import { V4_2_0 } from '../../src/runtime/kata-archives';
import { KataRelease } from '../../src/runtime/kata-release';
import { KataShim } from '../../src/runtime/kata-shim';

const SUM = 'ab'.repeat(32);
const known = KataRelease.V4_2_0;
const shims = Object.values(KataShim).filter((value): value is KataShim => value instanceof KataShim);

describe('the known release', () => {
  test('gives runtime-rs and the Go runtime from an archive each', () => {
    const url = (shim: KataShim) => known._artifact(shim).archives.amd64.url;
    const base = 'https://github.com/kata-containers/kata-containers/releases/download/4.2.0';
    expect(url(KataShim.QEMU_RUNTIME_RS)).toBe(`${base}/kata-static-4.2.0-amd64.tar.zst`);
    expect(url(KataShim.QEMU)).toBe(`${base}/kata-go-static-4.2.0-amd64.tar.zst`);
    expect(known._artifact(KataShim.QEMU).archives.amd64.checksum).toEqual({ algorithm: 'sha256', hex: V4_2_0.go.amd64.sha256 });
  });

  test('has a well-formed checksum of its own for each archive, stated by at least one source', () => {
    const archives = [...Object.values(V4_2_0.rust), ...Object.values(V4_2_0.go)];
    expect(new Set(archives.map(({ sha256 }) => sha256)).size).toBe(3);
    for (const { sha256, sources } of archives) {
      expect(sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(sources).toBeGreaterThanOrEqual(1);
    }
  });

  test('exists for the architectures that shim and checksums have in common', () => {
    expect(known.architecturesOf(KataShim.QEMU_RUNTIME_RS)).toEqual(['amd64', 'arm64']);
    expect(known.architecturesOf(KataShim.CLH_RUNTIME_RS)).toEqual(['amd64']);
    expect(known.architecturesOf(KataShim.QEMU)).toEqual(['amd64']);
    expect(known.architecturesOf(KataShim.QEMU_SE_RUNTIME_RS)).toEqual([]);
  });
});

describe('what is unpacked', () => {
  test('is what the shim needs on the architecture, and nothing of the others', () => {
    const { archives } = known._artifact(KataShim.QEMU_RUNTIME_RS);
    expect(archives.amd64.include).toEqual([
      'bin/qemu-system-x86_64',
      'libexec/virtiofsd',
      'runtime-rs/bin/containerd-shim-kata-v2',
      'share/defaults/kata-containers/runtime-rs/configuration-qemu-runtime-rs.toml',
      'share/kata-containers/kata-containers.img',
      'share/kata-containers/vmlinux.container',
      'share/kata-containers/vmlinuz.container',
      'share/kata-qemu/',
    ]);
    expect(archives.arm64.include).toContain('bin/qemu-system-aarch64');
    expect(archives.arm64.include).toContain('share/aavmf/AAVMF_CODE.fd');
    expect(archives.arm64.include).not.toContain('bin/qemu-system-x86_64');
    expect(archives.amd64.root).toBe('opt/kata');
  });

  test.each(shims)('has shim, configuration and all that is required, for $name', (shim) => {
    const release = KataRelease.of('4.3.0', {
      runtimeRs: { amd64Sha256: SUM, arm64Sha256: SUM, ppc64leSha256: SUM, s390xSha256: SUM },
      goRuntime: { amd64Sha256: SUM, arm64Sha256: SUM, ppc64leSha256: SUM, s390xSha256: SUM },
    });
    const { archives, required, version } = release._artifact(shim);
    expect(Object.keys(archives)).toEqual(shim.architectures);
    for (const { include } of Object.values(archives)) {
      expect(new Set(include).size).toBe(include!.length);
      expect(include).toEqual(expect.arrayContaining([...required, version.command[0]]));
      expect(include!.filter((file) => file.endsWith(`/configuration-${shim.name}.toml`))).toHaveLength(1);
      expect(include!.join(' ')).not.toContain('undefined');
    }
    expect(version.output).toBe('version: 4.3.0,');
  });

  test('lies in a folder of the shim, so that no other one shares its files', () => {
    expect(new Set(shims.map((shim) => known._artifact(shim).directory)).size).toBe(shims.length);
    expect(known._artifact(KataShim.CLH_RUNTIME_RS).directory).toBe('/opt/sandbox-runtimes/kata-clh-runtime-rs/4.2.0');
  });
});

test('a mirror replaces where Kata publishes, and nothing after it', () => {
  expect(known._artifact(KataShim.DRAGONBALL, 'https://mirror.example/kata/').archives.amd64.url)
    .toBe('https://mirror.example/kata/download/4.2.0/kata-static-4.2.0-amd64.tar.zst');
});

describe('a release of one\'s own', () => {
  test('needs no checksum, since it may come from an image or be on the nodes already', () => {
    const release = KataRelease.of('4.3.0');
    expect(release.version).toBe('4.3.0');
    expect(release.architecturesOf(KataShim.QEMU_RUNTIME_RS)).toEqual([]);
  });

  test('is newer, older or the same', () => {
    const release = KataRelease.of('4.10.0', { runtimeRs: { amd64Sha256: SUM } });
    expect(release.isAtLeast('4.9.9')).toBe(true);
    expect(release.isAtLeast('4.10.0')).toBe(true);
    expect(release.isAtLeast('4.10.1')).toBe(false);
  });

  test('may be below the security floor where that was said, but not so old that any Pod is root', () => {
    expect(KataRelease.of('4.0.0', { runtimeRs: { amd64Sha256: SUM }, allowBelowSecurityFloor: true }).version).toBe('4.0.0');
    expect(() => KataRelease.of('3.31.0', { runtimeRs: { amd64Sha256: SUM }, allowBelowSecurityFloor: true })).toThrow('CVE-2026-50540');
  });

  test('takes checksums in capitals', () => {
    const release = KataRelease.of('4.3.0', { runtimeRs: { amd64Sha256: SUM.toUpperCase() } });
    expect(release._artifact(KataShim.QEMU_RUNTIME_RS).archives.amd64.checksum.hex).toBe(SUM);
  });

  test.each<[string, string, Parameters<typeof KataRelease.of>[1], string]>([
    ['a name that moves', 'latest', {}, 'got "latest"; names that move'],
    ['a tag', 'v4.2.0', {}, 'write "4.2.0"'],
    ['two parts', '4.2', {}, 'such as "4.2.0", got "4.2"'],
    ['an image without digest', '4.3.0', { image: 'quay.io/kata-containers/kata-deploy:4.3.0' }, 'image must be pinned by digest'],
    ['a SHA-512', '4.3.0', { runtimeRs: { arm64Sha256: 'ab'.repeat(64) } }, 'runtimeRs.arm64Sha256 of Kata 4.3.0 must be a SHA-256 of 64 hexadecimal digits, got 128 characters'],
    ['a number', '4.3.0', { runtimeRs: { amd64Sha256: 5 as any } }, 'runtimeRs.amd64Sha256 of Kata 4.3.0 must be a SHA-256 of 64 hexadecimal digits, got 5'],
    ['no checksums at all', '4.3.0', { goRuntime: 'x' as any }, 'goRuntime of Kata 4.3.0 must be an object, got "x"'],
    ['an opt-out in quotes', '4.0.0', { allowBelowSecurityFloor: 'false' as any }, 'allowBelowSecurityFloor of Kata 4.0.0 must be true or false, without quotes, got "false"'],
    ['a strange digit', '4.3.0', { goRuntime: { amd64Sha256: `g${SUM.slice(1)}` } }, 'with "g" at position 1'],
    ['a release below the floor', '4.0.0', { runtimeRs: { amd64Sha256: SUM } }, 'use 4.1.0 or newer, or set allowBelowSecurityFloor'],
    ['a Go runtime that had no archive yet', '4.0.0', { goRuntime: { amd64Sha256: SUM }, allowBelowSecurityFloor: true }, 'use 4.1.0 or newer, or leave out goRuntime'],
  ])('is refused with %s', (_what, version, props, message) => {
    expect(() => KataRelease.of(version, props)).toThrow(message);
  });
});
