import { BOOLEAN, requireKinds, shown, TEXTS, type Kinds } from './given';
import { isKnownComponent } from './kata-components';
import { DEFAULTS, KATA_SHIMS, LIGHT_GUEST, LIGHT_OVERHEAD, QEMU_DEVICES, QEMU_OVERHEAD, type KataShimFacts } from './kata-shims';
import { renderOverhead, type PodOverhead } from './pod-overhead';
import { isDnsLabel, proposeDnsLabel } from './runtime-names';

/**
 * Facts about a shim that this library has no record of, because a fork of Kata ships it or a release that is newer.
 * Read them in its configuration file and in the class that its own installer makes; the defaults are those of Kata's own
 * shims of the same kind.
 */
export interface KataShimProps {
  /**
   * The section of its configuration file that describes the virtual machine: `qemu` for `[hypervisor.qemu]`. For a
   * hypervisor that no shim of Kata has, every option is taken, since nothing is known of which it lacks.
   */
  readonly hypervisor: string;

  /** Architectures that it exists for: `amd64`, `arm64`, `ppc64le`, `s390x`. */
  readonly architectures: string[];

  /**
   * Whether it is a shim of runtime-rs, the runtime in Rust; else of the deprecated one in Go.
   *
   * @default true
   */
  readonly runtimeRs?: boolean;

  /**
   * What its class reserves for each Pod.
   *
   * @default - 320Mi and 250m for QEMU, 130Mi and 250m for others
   */
  readonly overhead?: PodOverhead;

  /**
   * The shipped `default_memory`: MiB of a guest without limits.
   *
   * @default 2048
   */
  readonly defaultMemory?: number;

  /**
   * The shipped `default_vcpus`: virtual CPUs of a guest without limits.
   *
   * @default 1
   */
  readonly defaultVcpus?: number;

  /**
   * The shipped `overhead_memory`, in MiB: what a guest gets beyond its Pod's limits. Only runtime-rs has it.
   *
   * @default - 32 with runtime-rs
   */
  readonly overheadMemory?: number;

  /**
   * The shipped `overhead_vcpus`. Only runtime-rs has it.
   *
   * @default - 0.2 with runtime-rs
   */
  readonly overheadVcpus?: number;

  /**
   * Whether a guest gets its size before it boots (the shipped `static_sandbox_resource_mgmt`).
   *
   * @default - true with runtime-rs, false with the Go runtime
   */
  readonly staticSizing?: boolean;

  /**
   * Components that it needs beside the shim itself, by the names of their archives `kata-static-<component>.tar.zst`, such as
   * `qemu`, `virtiofsd`, `kernel`, `rootfs-image`. Of those that Kata has, and of any build of QEMU (`qemu-<variant>`: its
   * program `bin/qemu-system-<architecture>-<variant>`, its firmware `share/kata-qemu-<variant>`), the files are known; for
   * others name them in `files`.
   *
   * @default - none
   * @see https://github.com/kata-containers/kata-containers/blob/main/tools/packaging/kata-deploy/shim-components.json
   */
  readonly components?: string[];

  /**
   * Components that it needs on arm64 only: `ovmf` for QEMU, which has its firmware built in elsewhere.
   *
   * @default - none
   */
  readonly componentsOnArm64?: string[];

  /**
   * Files that it needs and no known component has, relative to the folder that Kata is built for (`/opt/kata`); with a `/`
   * at the end folders, with all that is in them. A symbolic link brings what it leads to.
   *
   * @default - none
   */
  readonly files?: string[];

  /**
   * The shim's program, relative to the same folder.
   *
   * @default - that of the runtime: `runtime-rs/bin/containerd-shim-kata-v2` or `bin/containerd-shim-kata-v2`
   */
  readonly shimPath?: string;

  /**
   * Its shipped configuration file, relative to the same folder.
   *
   * @default - `configuration-<name>.toml` where those of the runtime are
   */
  readonly configurationFile?: string;

  /**
   * The shipped `kernel_params`, which a drop-in can only replace.
   *
   * @default - not known, so that KataRuntime takes no kernelParams and no agentHttpsProxy
   */
  readonly kernelParams?: string;

  /**
   * Name of a snapshotter that containerd needs for it and does not have by itself.
   *
   * @default - none
   */
  readonly snapshotter?: string;

  /**
   * Labels of the nodes that have its hardware.
   *
   * @default - none
   */
  readonly nodeSelector?: { readonly [label: string]: string };

  /**
   * Labels of such nodes that Node Feature Discovery sets; they count where a runtime says `nodeFeatureDiscovery`.
   *
   * @default - none
   */
  readonly featureLabels?: { readonly [label: string]: string };

  /**
   * What a Pod takes of a node's countable hardware, where Node Feature Discovery counts it.
   *
   * @default - nothing
   */
  readonly extendedResources?: { readonly [name: string]: string };

  /**
   * Device nodes that it opens; a node without one of them does not get the runtime.
   *
   * @default - /dev/kvm, /dev/vhost-net and /dev/vhost-vsock for QEMU, none for `remote`, /dev/kvm for others
   */
  readonly devices?: string[];
}

const KINDS: Kinds = {
  architectures: TEXTS, components: TEXTS, componentsOnArm64: TEXTS, files: TEXTS, devices: TEXTS, runtimeRs: BOOLEAN, staticSizing: BOOLEAN,
};
const ARCHITECTURES = ['amd64', 'arm64', 'ppc64le', 's390x'];
const RELATIVE_FILE = /^(?!\.{1,2}(\/|$))[\w.@+-]+(\/(?!\.{1,2}(\/|$))[\w.@+-]+)*$/;

/** The record of such a shim, as kata-shims.ts has one for each that Kata ships. */
export function shimFacts(name: string, props: KataShimProps): KataShimFacts {
  refuseName(name);
  if (!props?.hypervisor || !props.architectures) {
    throw new Error(`the shim "${name}" has no props; name its hypervisor and architectures, such as { hypervisor: 'qemu', architectures: ['amd64'] }`);
  }
  requireKinds(`the shim "${name}"`, props, KINDS);
  const { runtimeRs: rust = true, hypervisor, components = [], componentsOnArm64 = [], files = [], devices, kernelParams, snapshotter } = props;
  const refuse = refusal(name);
  refuse('hypervisor', [hypervisor], /^[a-z][a-z0-9_-]*$/, 'the name of a section such as "qemu"');
  refuseArchitectures(name, props.architectures);
  refuse('components', [...components, ...componentsOnArm64], /^[a-z0-9]+(-[a-z0-9]+)*$/, 'names such as "virtiofsd"');
  refuse('files', files.map((file) => file.replace(/\/$/, '')), RELATIVE_FILE, 'relative paths such as "bin/stratovirt"');
  refuse('shimPath', props.shimPath === undefined ? [] : [props.shimPath], RELATIVE_FILE, 'a relative path such as "bin/containerd-shim-kata-v2"');
  refuse('configurationFile', props.configurationFile === undefined ? [] : [props.configurationFile], RELATIVE_FILE, 'a relative path');
  refuse('devices', devices ?? [], /^\/dev(\/[\w.-]+)+$/, 'device nodes such as "/dev/kvm"');
  refuse('kernelParams', kernelParams === undefined ? [] : [kernelParams], /^[!#-[\]-z|~]+( [!#-[\]-z|~]+)*$/, 'words without quotes, braces and backslashes');
  refuse('snapshotter', snapshotter === undefined ? [] : [snapshotter], /^[a-z0-9][a-z0-9-]*$/, 'the name of a containerd snapshotter');
  const strange = [...components, ...componentsOnArm64].find((component) => !isKnownComponent(component));
  if (strange !== undefined && !files.length) {
    throw new Error(`components of the shim "${name}" has "${strange}", and this library does not know what is in it; name its files, such as files: ['bin/${strange}']`);
  }
  if (!rust && (props.overheadMemory !== undefined || props.overheadVcpus !== undefined)) {
    throw new Error(`the shim "${name}" is of the Go runtime, which has neither overhead_memory nor overhead_vcpus; leave overheadMemory and overheadVcpus out`);
  }
  return {
    name,
    rust,
    hypervisor,
    architectures: [...props.architectures],
    podFixed: { ...hypervisor === 'qemu' ? QEMU_OVERHEAD : LIGHT_OVERHEAD, ...props.overhead && renderOverhead(props.overhead) },
    ...hypervisor === 'remote' ? {} : {
      defaults: { memory: amount(name, 'defaultMemory', props.defaultMemory ?? DEFAULTS.memory, 1), vcpus: amount(name, 'defaultVcpus', props.defaultVcpus ?? DEFAULTS.vcpus, 1) },
    },
    ...rust ? {
      guestOverhead: {
        memory: amount(name, 'overheadMemory', props.overheadMemory ?? LIGHT_GUEST.memory, 1),
        vcpus: amount(name, 'overheadVcpus', props.overheadVcpus ?? LIGHT_GUEST.vcpus),
      },
    } : {},
    staticSizing: props.staticSizing ?? rust,
    components: [...components],
    componentsOnArm64: [...componentsOnArm64],
    files: [...files],
    shimPath: props.shimPath,
    configurationFile: props.configurationFile,
    kernelParams,
    annotations: [],
    snapshotter,
    nodeSelector: props.nodeSelector && { ...props.nodeSelector },
    featureLabels: props.featureLabels && { ...props.featureLabels },
    extendedResources: props.extendedResources && { ...props.extendedResources },
    devices: [...devices ?? (hypervisor === 'qemu' ? QEMU_DEVICES : hypervisor === 'remote' ? [] : ['/dev/kvm'])],
  };
}

function refuseName(name: string): void {
  if (name.startsWith('kata-')) {
    throw new Error(`the name of a shim comes without "kata-", which handler and class begin with anyway, got "${name}"; write "${name.slice('kata-'.length)}"`);
  }
  if (!isDnsLabel(`kata-${name}`)) {
    throw new Error(`the name of a shim must be a DNS label of at most 58 characters such as "rs-fc", got "${name}"; write "${proposeDnsLabel(name)}"`);
  }
  if (KATA_SHIMS.some((shim) => shim.name === name)) {
    throw new Error(`the shim "${name}" is one of Kata's own; write KataShim.${name.toUpperCase().replace(/-/g, '_')}, or give a shim of a fork another name`);
  }
}

function refuseArchitectures(name: string, architectures: readonly string[]): void {
  const strange = architectures.find((arch, index) => !ARCHITECTURES.includes(arch) || architectures.indexOf(arch) !== index);
  if (strange !== undefined || !architectures.length) {
    throw new Error(`architectures of the shim "${name}" must be one or more of ${ARCHITECTURES.join(', ')}, each once, got ${architectures.join(', ') || 'none'}`);
  }
}

function refusal(name: string) {
  return (prop: string, given: readonly string[], allowed: RegExp, form: string): void => {
    const strange = given.find((text) => typeof text !== 'string' || !allowed.test(text));
    if (strange !== undefined) {
      throw new Error(`${prop} of the shim "${name}" must be ${form}, got "${strange}"`);
    }
  };
}

/** @param step of which the amount is a multiple; any amount where it is left out */
function amount(name: string, prop: string, given: number, step?: number): number {
  if (typeof given === 'number' && given >= (step ?? 0) && Number.isFinite(given) && (step === undefined || Number.isSafeInteger(given / step))) return given;
  throw new Error(`${prop} of the shim "${name}" must be a ${step === undefined ? 'number of at least 0' : `whole number of at least ${step}`}, got ${shown(given)}`);
}
