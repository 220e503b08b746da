import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { busybox } from '../toolchain';
import { observer } from './observer';
import { fileEntry, tar, TarEntry } from './tar';

/** An image as `docker save` would write it, for `ctr images import`. */
export interface ImageArchive {
  readonly reference: string;
  readonly archive: Buffer;
  /** Its one layer, and its configuration, which are in the archive. */
  readonly layer: Buffer;
  readonly config: Buffer;
}

/** The pod sandbox's image: it sleeps until it is told to end. */
export function pauseImage(): ImageArchive {
  return image('registry.example.test/pause:3.10', busyboxEntries(), { Entrypoint: ['/bin/sh', '-c', 'trap exit TERM; sleep 2147483647 & wait'] });
}

export function busyboxImage(): ImageArchive {
  return image('registry.example.test/busybox:1', busyboxEntries(), { Cmd: ['/bin/sh'] });
}

export const OBSERVER_IMAGE = 'registry.example.test/observer:1';

/** A shell and the program that tries what a sandbox may do otherwise than a host, once more as a SUID program of root. */
export function observerImage(): ImageArchive {
  const content = observer();
  const programs = [{ path: 'bin/observe', content, mode: 0o755 }, { path: 'bin/observe-as-root', content, mode: 0o4755 }];
  return image(OBSERVER_IMAGE, [...busyboxEntries(), ...programs], { Cmd: ['/bin/sh'] });
}

/**
 * What the installer's image offers: the Node.js that runs this test (24, the image's major), a shell and `flock`.
 * The folders are the mount points that the installer's containers need on a read-only root file system.
 */
export function nodeImage(): ImageArchive {
  const flock = '/usr/bin/flock';
  const programs = [process.execPath, flock];
  const libraries = new Set(programs.flatMap(sharedLibraries));
  const entries = [
    ...busyboxEntries(),
    ...['usr', 'usr/bin', 'etc', 'proc', 'sys', 'dev', 'opt', 'run', 'var', 'var/lib', 'host', 'tmp'].map(path => ({ path })),
    ...folders([...libraries]),
    ...[...libraries].map(path => fileEntry(path.slice(1), realpathSync(path))),
    ...programs.map(path => fileEntry(`usr/bin/${basename(path)}`, path)),
  ];
  return image('registry.example.test/node:24', entries, { Cmd: ['node'], Env: ['PATH=/usr/bin:/bin'] });
}

/** What a Dockerfile that downloads and verifies runs in. */
export function builderImage(): ImageArchive {
  return image('registry.example.test/builder:1', [...busyboxEntries('wget', 'sha512sum', 'mkdir', 'chmod'), { path: 'tmp' }], { Env: ['PATH=/bin'] });
}

/** An image with nothing but files: no shell, no program that could copy any. */
export function filesImage(reference: string, files: { readonly [path: string]: Buffer }): ImageArchive {
  const entries = Object.entries(files).map(([path, content]) => ({ path: path.slice(1), content }));
  return image(reference, [...folders(Object.keys(files)), ...entries], {});
}

/** The loader and the libraries of a dynamically linked program. */
function sharedLibraries(program: string): string[] {
  const listed = execFileSync('ldd', [program], { encoding: 'utf8' });
  return [...listed.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(match => match[1]);
}

/** The folders of these absolute paths, parents first. */
function folders(paths: readonly string[]): TarEntry[] {
  const parents = (path: string): string[] => path === '/' ? [] : [...parents(dirname(path)), path];
  return [...new Set(paths.flatMap(path => parents(dirname(path))))].map(path => ({ path: path.slice(1) }));
}

function busyboxEntries(...more: readonly string[]): TarEntry[] {
  const applets = ['sh', 'sleep', 'cat', 'dmesg', 'grep', 'echo', 'test', 'uname', 'rm', 'true', ...more];
  return [{ path: 'bin' }, fileEntry('bin/busybox', busybox()), ...applets.map(name => ({ path: `bin/${name}`, link: 'busybox' }))];
}

function image(reference: string, entries: readonly TarEntry[], config: object): ImageArchive {
  const layer = tar(unique(entries));
  const layerDigest = createHash('sha256').update(layer).digest('hex');
  const description = JSON.stringify({
    architecture: { x64: 'amd64', arm64: 'arm64' }[process.arch as string],
    os: 'linux',
    config,
    rootfs: { type: 'layers', diff_ids: [`sha256:${layerDigest}`] },
  });
  const configFile = `${createHash('sha256').update(description).digest('hex')}.json`;
  const manifest = [{ Config: configFile, RepoTags: [reference], Layers: [`${layerDigest}/layer.tar`] }];
  return {
    reference,
    layer,
    config: Buffer.from(description),
    archive: tar([
      { path: `${layerDigest}/layer.tar`, content: layer },
      { path: configFile, content: description },
      { path: 'manifest.json', content: JSON.stringify(manifest) },
    ]),
  };
}

function unique(entries: readonly TarEntry[]): TarEntry[] {
  return [...new Map(entries.map(entry => [entry.path, entry])).values()];
}
