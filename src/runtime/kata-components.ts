import type { KataComponent } from './kata-shims';

/** Folder that Kata is built for: everything in its archives lies below it, and its configuration files name it. */
export const KATA_BUILT_FOR = '/opt/kata';

/** The two runtimes: the archive of each, the component that has its shim in Kata's installer image, its shim and its configuration files, as paths below `opt/kata`. */
export const KATA_RUNTIMES = {
  rust: {
    archive: 'kata-static',
    component: 'shim-v2-rust',
    shim: 'runtime-rs/bin/containerd-shim-kata-v2',
    configurations: 'share/defaults/kata-containers/runtime-rs',
  },
  go: {
    archive: 'kata-go-static',
    component: 'shim-v2-go',
    shim: 'bin/containerd-shim-kata-v2',
    configurations: 'share/defaults/kata-containers',
  },
} as const;

/** QEMU's names of the architectures by Kubernetes' names. */
const QEMU_ARCHITECTURES: { readonly [arch: string]: string } = { amd64: 'x86_64', arm64: 'aarch64', ppc64le: 'ppc64', s390x: 's390x' };

const IMAGES = 'share/kata-containers';

/** Builds of QEMU, whose files have the same names but for the variant. */
type QemuComponent = Extract<KataComponent, `qemu${string}`>;

/**
 * Files and folders (with a `/` at the end) of a component, below `opt/kata`. Kernels and images are symbolic links to
 * files whose names carry versions.
 * Source: kata-containers/kata-containers at 4.1.0, tools/packaging: kata-deploy/local-build/kata-deploy-binaries.sh,
 * guest-image/build_image.sh, kernel/build-kernel.sh, scripts/configure-hypervisor.sh, static-build/ovmf/build-ovmf.sh.
 */
const FILES: { readonly [component in Exclude<KataComponent, QemuComponent>]: readonly string[] | ((arch: string) => readonly string[]) } = {
  'cloud-hypervisor': ['bin/cloud-hypervisor'],
  'firecracker': ['bin/firecracker', 'bin/jailer'],
  'openvmm': ['bin/openvmm'],
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

/** Whether it is known which files a component consists of; builds of QEMU are all named alike. */
export function isKnownComponent(component: string): boolean {
  return Object.hasOwn(FILES, component) || isQemu(component);
}

/** Whether a component is a build of QEMU: `qemu`, or `qemu-<variant>`. */
export function isQemu(component: string): boolean {
  return /^qemu(-[a-z0-9-]+)?$/.test(component);
}

/** Paths below `opt/kata` of what components consist of on one architecture; nothing of those that are not known. */
export function componentFiles(components: readonly string[], arch: string): string[] {
  return components.flatMap((component) => {
    if (isQemu(component)) return qemu(arch, component.slice('qemu'.length));
    const files = Object.hasOwn(FILES, component) ? FILES[component as keyof typeof FILES] : [];
    return typeof files === 'function' ? files(arch) : files;
  });
}

/** QEMU's programs by architecture, and the folder with its firmware: a build of QEMU has both under names of its own. */
export function qemuBuild(component: string): { readonly programs: readonly string[]; readonly firmware: string } {
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
