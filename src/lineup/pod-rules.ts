import type { PodRule } from './pod-rule';
import { adminCapabilities } from './rules/pods/admin-capabilities';
import { appArmorProfile } from './rules/pods/app-armor-profile';
import { architecture } from './rules/pods/architecture';
import { dangerousAnnotation } from './rules/pods/dangerous-annotation';
import { devicePlugin } from './rules/pods/device-plugin';
import { flagAnnotation } from './rules/pods/flag-annotation';
import { gpu } from './rules/pods/gpu';
import { gpuPartition } from './rules/pods/gpu-partition';
import { hostBlockDevice } from './rules/pods/host-block-device';
import { hostDevice } from './rules/pods/host-device';
import { hostIpc } from './rules/pods/host-ipc';
import { hostNetwork } from './rules/pods/host-network';
import { hostNetworkStack } from './rules/pods/host-network-stack';
import { hostPath } from './rules/pods/host-path';
import { hostPid } from './rules/pods/host-pid';
import { hostSocket } from './rules/pods/host-socket';
import { imageVolume } from './rules/pods/image-volume';
import { internalAnnotation } from './rules/pods/internal-annotation';
import { kataConfigPath } from './rules/pods/kata-config-path';
import { memoryVolumeSize } from './rules/pods/memory-volume-size';
import { mknod } from './rules/pods/mknod';
import { mountHint } from './rules/pods/mount-hint';
import { mountOverProc } from './rules/pods/mount-over-proc';
import { mountPropagation } from './rules/pods/mount-propagation';
import { netRaw } from './rules/pods/net-raw';
import { nodeName } from './rules/pods/node-name';
import { overhead } from './rules/pods/overhead';
import { partialLimits } from './rules/pods/partial-limits';
import { privileged } from './rules/pods/privileged';
import { procMount } from './rules/pods/proc-mount';
import { rawBlockVolume } from './rules/pods/raw-block-volume';
import { rdma } from './rules/pods/rdma';
import { runtimeSocket } from './rules/pods/runtime-socket';
import { seccompProfile } from './rules/pods/seccomp-profile';
import { seLinuxOptions } from './rules/pods/selinux-options';
import { serviceMesh } from './rules/pods/service-mesh';
import { sharedVolume } from './rules/pods/shared-volume';
import { subPath } from './rules/pods/sub-path';
import { suid } from './rules/pods/suid';
import { sysctls } from './rules/pods/sysctls';
import { unenforcedLimits } from './rules/pods/unenforced-limits';
import { unreadAnnotation } from './rules/pods/unread-annotation';
import { untrustedWorkload } from './rules/pods/untrusted-workload';
import { userNamespace } from './rules/pods/user-namespace';
import { windows } from './rules/pods/windows';

/** What does not go with a sandbox, in the order of their ids. */
export const POD_RULES: readonly PodRule[] = [
  adminCapabilities, appArmorProfile, architecture, dangerousAnnotation, devicePlugin, flagAnnotation, gpuPartition, gpu, hostBlockDevice,
  hostDevice,
  hostIpc, hostNetworkStack, hostNetwork, hostPath, hostPid, hostSocket, imageVolume, internalAnnotation, kataConfigPath, memoryVolumeSize,
  mknod, mountHint, mountOverProc, mountPropagation, netRaw, nodeName, overhead, partialLimits, privileged, procMount, rawBlockVolume,
  rdma, runtimeSocket, seccompProfile, seLinuxOptions, serviceMesh, sharedVolume, subPath, suid, sysctls, unenforcedLimits,
  unreadAnnotation, untrustedWorkload, userNamespace, windows,
];
