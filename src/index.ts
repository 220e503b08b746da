export { AppArmorProfile } from './installer/app-armor-profile';
export { type AbsentOptions, AfterDeadline, DesiredState } from './installer/desired-state';
export { NodeInstaller } from './installer/node-installer';
export { type NodeInstallerProps, type SeLinuxOptions } from './installer/node-installer-props';
export { ReadinessGate } from './installer/readiness-gate';
export { CompatibilityRule } from './lineup/compatibility-rule';
export { type ContainerdPlatformOptions, type CrioPlatformOptions, type DockerPlatformOptions, NodePlatform } from './platform/node-platform';
export { NodeRestart } from './platform/node-restart';
export * from './platform/crictl-config';
export * from './platform/kubelet-config';
export { PolicyMode } from './policy/policy-mode';
export { RuntimeClassPolicy, type RuntimeClassPolicyProps } from './policy/runtime-class-policy';
export * from './runtime/gvisor-platform';
export * from './runtime/gvisor-release';
export { GVisorRuntime, type GVisorRuntimeProps } from './runtime/gvisor-runtime';
export * from './runtime/kata-options';
export { type KataChecksums, KataRelease, type KataReleaseProps } from './runtime/kata-release';
export { KataRuntime, type KataRuntimeProps } from './runtime/kata-runtime';
export * from './runtime/kata-shim';
export * from './runtime/kata-size';
export * from './runtime/kata-sizes';
export { type PodOverhead } from './runtime/pod-overhead';
export * from './runtime/runsc-debug-options';
export * from './runtime/runsc-filesystem-options';
export * from './runtime/runsc-network-options';
export * from './runtime/runsc-options';
export * from './runtime/runsc-sandbox-options';
export { type ISandboxRuntime, SandboxRuntime, type SandboxRuntimeProps } from './runtime/sandbox-runtime';
export { type CompatibilityException } from './workload/compatibility-exception';
export { ContainerProbe, type ContainerProbeOptions } from './workload/container-probe';
export { PodVolume } from './workload/pod-volume';
export { type SandboxOptions } from './workload/sandbox-options';
export {
  ContainerPortProtocol, type SandboxedContainer, type SandboxedContainerPort, type SandboxedContainerResources, type SandboxedContainerSecurity,
  type SandboxedVolumeMount,
} from './workload/sandboxed-container';
export { PodRestartPolicy, SandboxedPod, type SandboxedPodProps } from './workload/sandboxed-pod';
export { TaintEffect, type Toleration } from './workload/toleration';
