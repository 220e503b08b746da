import { createHash } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import { fileEntry, tar, TarEntry } from './tar';
import { standInShim } from '../toolchain/stand-in-shim';

/** This machine in Kubernetes' spelling. */
export const ARCHITECTURE = ({ x64: 'amd64', arm64: 'arm64' } as { readonly [arch: string]: string })[process.arch];

const QEMU = `qemu-system-${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}`;

/** The two archives of a Kata release. */
export interface KataArchives {
  readonly release: string;
  readonly packages: { readonly [name in 'kata-static' | 'kata-go-static']: { readonly content: Buffer; readonly sha256: string } };
}

/**
 * Archives in the layout in which Kata publishes them, with a stand-in for the shim, which proves wiring, not
 * isolation, and a few bytes in place of kernels, images and hypervisors. Everything lies below `opt/kata`, the
 * configuration files name that folder, kernels and images are links, and much is there that no one shim needs.
 */
export async function kataArchives(release: string): Promise<KataArchives> {
  const shim = await standInShim(release);
  return {
    release,
    packages: {
      'kata-static': packed([
        fileEntry('./opt/kata/runtime-rs/bin/containerd-shim-kata-v2', shim),
        configuration('runtime-rs/configuration-qemu-runtime-rs.toml', 'qemu', QEMU),
        configuration('runtime-rs/configuration-clh-runtime-rs.toml', 'clh', 'cloud-hypervisor'),
        configuration('runtime-rs/configuration-dragonball.toml', 'dragonball', ''),
        { path: './opt/kata/share/defaults/kata-containers/runtime-rs/configuration.toml', link: 'configuration-qemu-runtime-rs.toml' },
        ...guest(),
      ]),
      'kata-go-static': packed([
        fileEntry('./opt/kata/bin/containerd-shim-kata-v2', shim),
        configuration('configuration-qemu.toml', 'qemu', QEMU),
        configuration('configuration-clh.toml', 'clh', 'cloud-hypervisor'),
        configuration('configuration-fc.toml', 'firecracker', 'firecracker'),
        { path: './opt/kata/share/defaults/kata-containers/configuration.toml', link: 'configuration-qemu.toml' },
        program('bin/firecracker'),
        program('bin/jailer'),
        ...guest(),
      ]),
    },
  };
}

/**
 * What Kata's installer image has, by path: an archive for each component. The image itself has no shell.
 *
 * @see https://github.com/kata-containers/kata-containers/blob/main/tools/packaging/kata-deploy/Dockerfile
 */
export async function kataImageFiles(release: string): Promise<{ readonly [path: string]: Buffer }> {
  const shim = await standInShim(release);
  const of = (...parts: readonly string[]) => guest().filter(({ path }) => parts.some((part) => path.startsWith(`./opt/kata/${part}`)));
  const components: { readonly [component: string]: readonly TarEntry[] } = {
    'shim-v2-rust': [
      fileEntry('./opt/kata/runtime-rs/bin/containerd-shim-kata-v2', shim),
      configuration('runtime-rs/configuration-qemu-runtime-rs.toml', 'qemu', QEMU),
      configuration('runtime-rs/configuration-clh-runtime-rs.toml', 'clh', 'cloud-hypervisor'),
    ],
    'qemu': of(`bin/${QEMU}`, 'share/kata-qemu/'),
    'cloud-hypervisor': of('bin/cloud-hypervisor'),
    'virtiofsd': of('libexec/'),
    'kernel': of('share/kata-containers/vmlinu'),
    'rootfs-image': of('share/kata-containers/kata-containers.img', 'share/kata-containers/kata-ubuntu'),
    'firecracker': [program('bin/firecracker')],
  };
  return Object.fromEntries(Object.entries(components).map(([name, entries]) => [`/opt/kata-artifacts/tarballs/kata-static-${name}.tar.zst`, packed(entries).content]));
}

/** What both archives have. */
function guest(): TarEntry[] {
  const images = './opt/kata/share/kata-containers';
  return [
    { path: './opt/kata/VERSION', content: 'of a test\n' },
    program(`bin/${QEMU}`),
    program('bin/cloud-hypervisor'),
    program('bin/kata-ctl'),
    program('libexec/virtiofsd'),
    { path: './opt/kata/share/kata-qemu/qemu/bios-256k.bin', content: 'firmware' },
    { path: './opt/kata/share/kata-qemu/qemu/firmware/50-edk2-x86_64-secure.json', content: '{}' },
    { path: './opt/kata/share/kata-qemu-snp-experimental/qemu/bios-256k.bin', content: 'firmware of another QEMU' },
    { path: `${images}/vmlinux.container`, link: 'vmlinux-6.18.15-186' },
    { path: `${images}/vmlinuz.container`, link: 'vmlinuz-6.18.15-186' },
    { path: `${images}/vmlinux-6.18.15-186`, content: 'kernel' },
    { path: `${images}/vmlinuz-6.18.15-186`, content: 'compressed kernel' },
    { path: `${images}/kata-containers.img`, link: 'kata-ubuntu-noble.image' },
    { path: `${images}/kata-ubuntu-noble.image`, content: 'image' },
    { path: `${images}/kata-containers-initrd.img`, link: 'kata-alpine-3.22.initrd' },
    { path: `${images}/kata-alpine-3.22.initrd`, content: 'initrd' },
  ];
}

/** A program that says how it was started. */
function program(path: string): TarEntry {
  return { path: `./opt/kata/${path}`, mode: 0o755, content: '#!/bin/sh\necho "$0 $*"\n' };
}

function configuration(path: string, hypervisor: string, binary: string): TarEntry {
  const content = `# Copyright (c) Kata Containers
# XXX: WARNING: this file is generated, and everything in it is built for /opt/kata.

[hypervisor.${hypervisor}]
path = "${binary && `/opt/kata/bin/${binary}`}"
kernel = "/opt/kata/share/kata-containers/vmlinux.container"
image = "/opt/kata/share/kata-containers/kata-containers.img"
# initrd = "/opt/kata/share/kata-containers/kata-containers-initrd.img"
machine_type = "q35"
enable_annotations = ["enable_iommu", "kernel_params", "kernel_verity_params", "default_vcpus", "default_memory"]
valid_hypervisor_paths = ["${binary && `/opt/kata/bin/${binary}`}"]
default_vcpus = 1
default_memory = 2048
shared_fs = "virtio-fs"
virtio_fs_daemon = "/opt/kata/libexec/virtiofsd"
valid_virtio_fs_daemon_paths = ["/opt/kata/libexec/virtiofsd"]

[agent.kata]
dial_timeout = 45

[runtime]
sandbox_cgroup_only = true
`;
  return { path: `./opt/kata/share/defaults/kata-containers/${path}`, content };
}

function packed(entries: readonly TarEntry[]): { content: Buffer; sha256: string } {
  const content = zstdCompressSync(tar([{ path: './opt' }, { path: './opt/kata' }, ...entries]));
  return { content, sha256: createHash('sha256').update(content).digest('hex') };
}
