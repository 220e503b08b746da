export { AppArmorProfile } from './installer/app-armor-profile';
export { NodeInstaller } from './installer/node-installer';
export { NodeInstallerProps, SeLinuxOptions } from './installer/node-installer-props';
export { ReadinessGate } from './installer/readiness-gate';
export { ContainerdPlatformOptions, NodePlatform } from './platform/node-platform';
export { NodeRestart } from './platform/node-restart';
export * from './platform/crictl-config';
export * from './platform/kubelet-config';
export * from './runtime/gvisor-platform';
export * from './runtime/gvisor-release';
export { GVisorRuntime, GVisorRuntimeProps } from './runtime/gvisor-runtime';
export { PodOverhead } from './runtime/pod-overhead';
export * from './runtime/runsc-debug-options';
export * from './runtime/runsc-filesystem-options';
export * from './runtime/runsc-network-options';
export * from './runtime/runsc-options';
export * from './runtime/runsc-sandbox-options';
export { ISandboxRuntime, SandboxRuntime, SandboxRuntimeProps } from './runtime/sandbox-runtime';
export { ContainerProbe, ContainerProbeOptions } from './workload/container-probe';
export { PodVolume } from './workload/pod-volume';
export {
  ContainerPortProtocol, SandboxedContainer, SandboxedContainerPort, SandboxedContainerResources, SandboxedContainerSecurity, SandboxedVolumeMount,
} from './workload/sandboxed-container';
export { PodRestartPolicy, SandboxedPod, SandboxedPodProps } from './workload/sandboxed-pod';
export { TaintEffect, Toleration } from './workload/toleration';
