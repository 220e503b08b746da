import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { zstdCompressSync } from 'node:zlib';
import { tar, WrittenEntry } from './tar-writer';
import { ArchiveFiles } from '../../../agent/artifact/archive-files';
import { isStaged, stageArtifact } from '../../../agent/artifact/staging';
import { Host } from '../../../agent/host/host';
import { Refusal } from '../../../agent/refusal';
import { DownloadedArtifactPlan, ImageArtifactPlan } from '../../../src/installer/install-plan';
import { hostTree } from '../host-tree';
import { ArchiveServer } from '../installation';
import { scratchFolders } from '../scratch-folder';

const scratch = scratchFolders();
const server = new ArchiveServer();
const DIRECTORY = '/opt/sandbox-runtimes/gvisor/20261005.0';

beforeAll(() => server.start());
afterAll(() => server.stop());
beforeEach(() => void jest.spyOn(console, 'log').mockReturnValue());

const PROGRAM: WrittenEntry = { name: 'runsc', content: '#!/bin/sh\necho runsc version release-20261005.0\n', mode: 0o755 };

function artifact(entries: readonly WrittenEntry[], change: Partial<DownloadedArtifactPlan> = {}): DownloadedArtifactPlan {
  const archive = zstdCompressSync(tar(entries));
  const hex = createHash('sha256').update(archive).digest('hex');
  return {
    directory: DIRECTORY,
    archives: { amd64: { url: server.publish(`/${hex}`, archive), format: 'tar.zst', checksum: { algorithm: 'sha256', hex } } },
    required: ['runsc'],
    version: { command: ['runsc', '--version'], output: 'release-20261005.0' },
    ...change,
  };
}

test('brings a release to its folder, once', async () => {
  const host = new Host(scratch());
  const wanted = artifact([PROGRAM]);
  await stage(host, wanted, 'amd64', []);
  const [tree, requests] = [hostTree(host.root), server.requests.length];
  expect(host.list(DIRECTORY)).toEqual(['.sandbox-runtimes.json', 'runsc']);
  await stage(host, wanted, 'amd64', []);
  expect([hostTree(host.root), server.requests.length]).toEqual([tree, requests]);
});

test('brings a release again of which a file is damaged', async () => {
  const host = new Host(scratch());
  await stage(host, artifact([PROGRAM]), 'amd64', []);
  writeFileSync(host.at(`${DIRECTORY}/runsc`), '');
  await stage(host, artifact([PROGRAM]), 'amd64', [`${DIRECTORY}/runsc`]);
  expect(host.read(`${DIRECTORY}/runsc`)?.toString()).toBe(PROGRAM.content);
});

test.each([
  ['lacks a required file', artifactOf([PROGRAM], { required: ['runsc', 'gvisor-bin/gvisor_sentry'] }), /lacks gvisor-bin\/gvisor_sentry, or it is not executable/],
  ['has a required file that is not executable', artifactOf([{ ...PROGRAM, mode: 0o644 }]), /lacks runsc, or it is not executable/],
  ['holds another release', artifactOf([{ ...PROGRAM, content: '#!/bin/sh\necho release-20260101.0\n' }]), /printed "release-20260101.0" and not "release-20261005.0"/],
  ['does not run here', artifactOf([{ ...PROGRAM, content: '\x7fELF of another machine' }]), /runsc --version does not run on this node/],
  ['needs another C library', artifactOf([{ ...PROGRAM, content: '#!/lib/ld-of-another-libc.so\n' }]),
    /does not run on this node: it is linked to a C library that the installer's image does not have/],
  ['ends with an error', artifactOf([{ ...PROGRAM, content: '#!/bin/sh\necho no such library >&2\nexit 127\n' }]), /does not run on this node: no such library/],
  ['leaves its folder', artifactOf([{ name: '../x', content: '' }]), /http:.*: the archive has an entry outside of its folder/],
])('refuses an archive that %s, and leaves nothing of it', async (_, wanted, message) => {
  const host = new Host(scratch());
  const attempt = stage(host, wanted(), 'amd64', []);
  await expect(attempt).rejects.toThrow(message);
  await expect(attempt).rejects.toThrow(Refusal);
  expect(host.list('/opt/sandbox-runtimes/gvisor')).toEqual([]);
});

describe('an archive that an image has', () => {
  const COPIES = '/copies/cdcdcdcdcdcd';
  const NAME = 'gvisor-20261005.0.tar.zst';
  const sha512 = (content: Buffer) => createHash('sha512').update(content).digest('hex');

  function copied(content: Buffer, checksum?: string): { host: Host; wanted: ImageArtifactPlan } {
    const host = new Host(scratch());
    mkdirSync(host.at(COPIES), { recursive: true });
    writeFileSync(host.at(`${COPIES}/${NAME}`), content);
    const { archives: _, ...same } = artifact([PROGRAM]);
    const checksums = checksum === undefined ? {} : { checksums: { [NAME]: { algorithm: 'sha512' as const, hex: checksum } } };
    const wanted: ImageArtifactPlan = {
      ...same, kind: 'image', image: `registry.example/gvisor@sha256:${'cd'.repeat(32)}`, imageFolder: '/archives', copies: COPIES, archives: { amd64: { names: [NAME], ...checksums } },
    };
    return { host, wanted };
  }

  const published = zstdCompressSync(tar([PROGRAM]));
  const forged = zstdCompressSync(tar([{ ...PROGRAM, content: `${PROGRAM.content}# forged\n` }]));

  test.each([
    ['the published checksum', sha512(published)],
    ['the same in capitals', sha512(published).toUpperCase()],
    ['none, as in a plan of an earlier version and for Kata', undefined],
  ])('is unpacked with %s', async (_what, checksum) => {
    const { host, wanted } = copied(published, checksum);
    await stage(host, wanted, 'amd64', []);
    expect(host.read(`${DIRECTORY}/runsc`)?.toString()).toBe(PROGRAM.content);
  });

  test('is refused before it is opened where it is not the published one', async () => {
    const { host, wanted } = copied(forged, sha512(published));
    const attempt = stage(host, wanted, 'amd64', []);
    await expect(attempt).rejects.toThrow(Refusal);
    await expect(attempt).rejects.toThrow(`${NAME} of the image ${wanted.image} has the sha512 ${sha512(forged)}, and the release was published with ${sha512(published)}: `
      + 'nothing was opened; build the image from the published archive, or check the checksum of the release');
    expect(host.list('/opt/sandbox-runtimes')).toEqual([]);
  });
});

test('refuses a release without an archive for the architecture', async () => {
  await expect(stage(new Host(scratch()), artifact([PROGRAM]), 'arm64', [])).rejects.toThrow('the release has no archive for arm64, only for amd64');
});

test('replaces another archive of the same version only while no Pod runs from it', async () => {
  const host = new Host(scratch());
  await stage(host, artifact([PROGRAM]), 'amd64', []);
  const other = artifact([PROGRAM, { name: 'more', content: 'x' }]);
  await expect(stage(host, other, 'amd64', [`${DIRECTORY}/runsc`])).rejects.toThrow(/holds another archive of the same version .* and Pods run from it/);
  await expect(stage(host, other, 'amd64', undefined)).rejects.toThrow(/and Pods run from it/);
  await stage(host, other, 'amd64', []);
  expect(host.list(DIRECTORY)).toContain('more');
});

test('brings a part of an archive again only where more of it is wanted than is there', async () => {
  const host = new Host(scratch());
  const entries = [{ ...PROGRAM, name: 'opt/kata/runsc' }, { name: 'opt/kata/share/a', content: 'a' }, { name: 'opt/kata/share/b', content: 'b' }];
  const part = (...include: string[]) => {
    const wanted = artifact(entries);
    return { ...wanted, archives: { amd64: { ...wanted.archives.amd64, root: 'opt/kata', include } } };
  };
  await stage(host, part('runsc', 'share/a'), 'amd64', []);
  expect(host.list(`${DIRECTORY}/share`)).toEqual(['a']);
  const requests = server.requests.length;
  await stage(host, part('runsc'), 'amd64', [`${DIRECTORY}/runsc`]);
  expect(server.requests.length).toBe(requests);
  const more = part('runsc', 'share/');
  expect([isStaged(host, part('share/a'), 'amd64'), isStaged(host, more, 'amd64')]).toEqual([true, false]);
  await expect(stage(host, more, 'amd64', [`${DIRECTORY}/runsc`])).rejects.toThrow(/holds too small a part of its archive for this plan and Pods run from it/);
  await stage(host, more, 'amd64', []);
  expect(host.list(`${DIRECTORY}/share`)).toEqual(['a', 'b']);
  await stage(host, part('share/b'), 'amd64', undefined);
  expect(server.requests.length).toBe(requests + 1);
});

test('downloads an archive once for the folders that are unpacked from it', async () => {
  const host = new Host(scratch());
  const files = new ArchiveFiles(host);
  const wanted = artifact([PROGRAM]);
  const requests = server.requests.length;
  await stageArtifact(host, wanted, 'amd64', [], files);
  await stageArtifact(host, { ...wanted, directory: '/opt/sandbox-runtimes/other/1.0' }, 'amd64', [], files);
  expect(server.requests.length).toBe(requests + 1);
  expect(host.list('/opt/sandbox-runtimes')).toEqual([expect.stringMatching(/^\.archive-sha256-.*\.tmp$/), 'gvisor', 'other']);
  files.clear();
  expect(host.list('/opt/sandbox-runtimes')).toEqual(['gvisor', 'other']);
});

function stage(host: Host, wanted: DownloadedArtifactPlan | ImageArtifactPlan, arch: string, shims: readonly string[] | undefined): Promise<void> {
  return stageArtifact(host, wanted, arch, shims, new ArchiveFiles(host));
}

/** The server has no address before it is started. */
function artifactOf(entries: readonly WrittenEntry[], change?: Partial<DownloadedArtifactPlan>): () => DownloadedArtifactPlan {
  return () => artifact(entries, change);
}
