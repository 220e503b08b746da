import type { KataComponent } from './kata-shims';

/** Folder that Kata is built for: everything in its archives lies below it, and its configuration files name it. */
export const KATA_BUILT_FOR = '/opt/kata';

/** The two runtimes: the archive of each, its shim and its configuration files, as paths below `opt/kata`. */
export const KATA_RUNTIMES = {
  rust: {
    archive: 'kata-static',
    shim: 'runtime-rs/bin/containerd-shim-kata-v2',
    configurations: 'share/defaults/kata-containers/runtime-rs',
  },
  go: {
    archive: 'kata-go-static',
    shim: 'bin/containerd-shim-kata-v2',
    configurations: 'share/defaults/kata-containers',
  },
} as const;

/** QEMU's names of the architectures by Kubernetes' names. */
const QEMU_ARCHITECTURES: { readonly [arch: string]: string } = { amd64: 'x86_64', arm64: 'aarch64', ppc64le: 'ppc64', s390x: 's390x' };

const IMAGES = 'share/kata-containers';

/**
 * Files and folders (with a `/` at the end) of a component, below `opt/kata`. Kernels and images are symbolic links to
 * files whose names carry versions.
 * Source: kata-containers/kata-containers at 4.1.0, tools/packaging: kata-deploy/local-build/kata-deploy-binaries.sh,
 * guest-image/build_image.sh, kernel/build-kernel.sh, scripts/configure-hypervisor.sh, static-build/ovmf/build-ovmf.sh.
 */
const FILES: { readonly [component in KataComponent]: readonly string[] | ((arch: string) => readonly string[]) } = {
  'cloud-hypervisor': ['bin/cloud-hypervisor'],
  'firecracker': ['bin/firecracker', 'bin/jailer'],
  'openvmm': ['bin/openvmm'],
  'qemu': (arch) => qemu(arch, ''),
  'qemu-no-shared-fs': (arch) => qemu(arch, '-no-shared-fs'),
  'qemu-snp-experimental': (arch) => qemu(arch, '-snp-experimental'),
  'qemu-tdx-experimental': (arch) => qemu(arch, '-tdx-experimental'),
  'virtiofsd': ['libexec/virtiofsd'],
  'kernel': kernel(''),
  'kernel-dragonball-experimental': kernel('-dragonball-experimental'),
  'kernel-nvidia-gpu': kernel('-nvidia-gpu'),
  'ovmf': (arch) => [arch === 'arm64' ? 'share/aavmf/AAVMF_CODE.fd' : 'share/ovmf/OVMF.fd'],
  'ovmf-sev': ['share/ovmf/AMDSEV.fd'],
  'ovmf-tdx': ['share/ovmf/OVMF.inteltdx.fd'],
  // On ppc64le Kata's configuration boots the initrd in place of the image.
  'rootfs-image': (arch) => [`${IMAGES}/kata-containers${arch === 'ppc64le' ? '-initrd' : ''}.img`],
  'rootfs-image-confidential': image('confidential'),
  'rootfs-image-coco-extension': image('coco-extension'),
  'rootfs-image-mariner': image('mariner'),
  'rootfs-image-nvidia': image('nvidia'),
  'rootfs-image-nvidia-gpu': image('nvidia-gpu'),
  'rootfs-image-nvidia-gpu-confidential': image('nvidia-gpu-confidential'),
  'rootfs-image-nvidia-gpu-extension': image('nvidia-gpu-extension'),
  'rootfs-initrd': image('initrd'),
  'rootfs-initrd-confidential': image('initrd-confidential'),
  'boot-image-se': image('se'),
  'boot-image-se-runtime-rs': image('se-runtime-rs'),
};

/** Paths below `opt/kata` of what components consist of on one architecture. */
export function componentFiles(components: readonly KataComponent[], arch: string): string[] {
  return components.flatMap((component) => {
    const files = FILES[component];
    return typeof files === 'function' ? files(arch) : files;
  });
}

/** QEMU's programs by architecture, and the folder with its firmware: a build of QEMU has both under names of its own. */
export function qemuBuild(component: KataComponent): { readonly programs: readonly string[]; readonly firmware: string } {
  return {
    programs: Object.keys(QEMU_ARCHITECTURES).map((arch) => componentFiles([component], arch)[0]),
    firmware: `share/kata-${component}/qemu`,
  };
}

function qemu(arch: string, variant: string): string[] {
  return [`bin/qemu-system-${QEMU_ARCHITECTURES[arch]}${variant}`, `share/kata-qemu${variant}/`];
}

/** Both forms: which one boots is a matter of the configuration file. */
function kernel(variant: string): string[] {
  return [`${IMAGES}/vmlinux${variant}.container`, `${IMAGES}/vmlinuz${variant}.container`];
}

function image(variant: string): string[] {
  return [`${IMAGES}/kata-containers-${variant}.img`];
}
