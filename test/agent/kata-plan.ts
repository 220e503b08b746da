import { createHash } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import { tar, WrittenEntry } from './artifact/tar-writer';
import type { ArchiveServer, Wish } from './installation';
import { HostFilePlan, RuntimePlan } from '../../src/installer/install-plan';
import { sha256 } from '../../src/installer/plan-hash';

const CONFIGURATIONS = 'share/defaults/kata-containers/runtime-rs';

/** What Kata packs for two shims that share one archive, in its layout, with a script for their program. */
export function kataArchive(version: string): Buffer {
  return zstdCompressSync(tar([{ name: './opt/kata/VERSION', content: version }, ...shimEntries(version), ...guestEntries()]));
}

/** The same as Kata's installer image has it: an archive for the shims and one for the rest. */
export function kataComponents(version: string): [Buffer, Buffer] {
  const folders = [{ name: './opt/' }, { name: './opt/kata/' }, { name: './opt/kata/share/' }];
  return [zstdCompressSync(tar([...folders, ...shimEntries(version)])), zstdCompressSync(tar([...folders, ...guestEntries()]))];
}

function shimEntries(version: string): WrittenEntry[] {
  const configuration = (hypervisor: string) => `[hypervisor.${hypervisor}]\npath = "/opt/kata/bin/${hypervisor}"\nkernel = "/opt/kata/share/vmlinux.container"\n`;
  return [
    { name: './opt/kata/runtime-rs/bin/containerd-shim-kata-v2', content: `#!/bin/sh\necho version: ${version},\n`, mode: 0o755 },
    ...['qemu', 'clh'].map((name) => ({ name: `./opt/kata/${CONFIGURATIONS}/configuration-${name}.toml`, content: configuration(name) })),
  ];
}

function guestEntries(): WrittenEntry[] {
  return [
    ...['qemu', 'clh'].map((name) => ({ name: `./opt/kata/bin/${name}`, content: name, mode: 0o755 })),
    { name: './opt/kata/share/vmlinux.container', type: '2', link: 'vmlinux-6.18' },
    { name: './opt/kata/share/vmlinux-6.18', content: 'kernel' },
  ];
}

/** The plan of a Kata handler with all that only Kata has: a part of an archive, a base configuration and a program. */
export function kataRuntime(
  server: ArchiveServer, { handler = 'kata-qemu', release = '4.2.0', options = '', kata = 'qemu' }: Wish,
  file: (path: string, key: string, content: string) => HostFilePlan,
): Omit<RuntimePlan, 'tables'> & { readonly configPath: string } {
  const archive = kataArchive(release);
  const directory = `/opt/sandbox-runtimes/kata-${kata}/${release}`;
  const shim = 'runtime-rs/bin/containerd-shim-kata-v2';
  const source = `${CONFIGURATIONS}/configuration-${kata}.toml`;
  const folder = (content: string) => `/opt/sandbox-runtimes/config/${handler}/${release}-${sha256(content).slice(0, 8)}`;
  const starter = `#!/bin/sh\nexec ${directory}/bin/${kata}\n`;
  const dropIn = `[hypervisor.${kata}]\npath = "${folder(starter)}/start"\n${options}`;
  const configPath = `${folder(dropIn)}/configuration-${kata}.toml`;
  return {
    handler,
    runtimeClassName: handler,
    runtime: `kata-${kata}`,
    release,
    label: handler,
    runtimeType: `io.containerd.kata-${kata}.v2`,
    shim: `${directory}/${shim}`,
    config: file(`${folder(dropIn)}/config.d/50-sandbox-runtimes.toml`, `${handler}.kata.toml`, dropIn),
    configPath,
    baseConfig: { path: configPath, source, builtFor: '/opt/kata' },
    programs: [file(`${folder(starter)}/start`, `${handler}.sh`, starter)],
    artifact: {
      directory,
      archives: {
        amd64: {
          url: server.publish(`/kata-${release}.tar.zst`, archive),
          format: 'tar.zst',
          checksum: { algorithm: 'sha256', hex: createHash('sha256').update(archive).digest('hex') },
          root: 'opt/kata',
          include: [shim, source, `bin/${kata}`, 'share/vmlinux.container'].sort(),
        },
      },
      required: [shim],
      version: { command: [shim, '--version'], output: `version: ${release},` },
    },
    requires: { kernel: '4.15', containerd: { minimum: '1.7.0', broken: [] }, devices: [], sysctls: [], noSelinux: false },
  };
}
