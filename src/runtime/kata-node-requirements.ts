import type { KataShim } from './kata-shim';
import { containerRuntimeOf, type ContainerRuntime, type NodeRequirements, type PlatformPlan } from '../installer/install-plan';

const MEBIBYTE = 1024 * 1024;

const MINIMUM: { readonly [runtime in ContainerRuntime]: string } = { containerd: '1.7.0', crio: '1.26.0', docker: '24.0.0' };

/** An archive of 1 GB beside what is unpacked of its 2.5 GB. */
const FREE_BYTES = 2_500_000_000;

/**
 * What a node needs to run Kata. Kernel: vhost-vsock came with 4.8, io_uring as QEMU uses it with 5.1. containerd: the
 * snapshotter of a handler came with 1.7, Kata's use of erofs needs 2.2 (tools/packaging/kata-deploy, runtime/manager.rs).
 * CRI-O reads runtimes again without a restart since 1.26, Docker has `runtimeType` since 24.0.
 *
 * @param memory MiB of a guest of default size
 * @param snapshotter what the handler's images are unpacked by
 * @param staged whether its files have to be brought
 */
export function kataNodeRequirements(
  shim: KataShim, memory: number | undefined, snapshotter: string | undefined, node: PlatformPlan, staged: boolean,
): NodeRequirements {
  const containerRuntime = containerRuntimeOf(node);
  return {
    kernel: shim._hypervisor === 'qemu' ? '5.1' : '4.8',
    [containerRuntime]: { minimum: snapshotter === 'erofs' ? '2.2.0' : MINIMUM[containerRuntime], broken: [] },
    devices: shim._facts.devices,
    sysctls: [],
    noSelinux: false,
    ...(staged ? { freeBytes: FREE_BYTES } : {}),
    ...(memory === undefined ? {} : { memoryBytes: memory * MEBIBYTE }),
    ...(snapshotter === undefined ? {} : { snapshotter }),
  };
}
