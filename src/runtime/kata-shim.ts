import { componentFiles, KATA_RUNTIMES } from './kata-components';
import { shimFacts, type KataShimProps } from './kata-shim-props';
import { KATA_SHIMS, LIGHT_OVERHEAD, type KataShimFacts } from './kata-shims';
import type { PodOverhead } from './pod-overhead';
import type { ShimFactsPlan } from '../installer/install-plan';

/** How far a shim can be relied on. */
export enum KataSupport {
  /** runtime-rs on ordinary nodes: what Kata develops and recommends. */
  MAINTAINED = 'maintained',
  /** runtime-rs with something that neither Kata nor this library brings: hardware, a snapshotter, a host's image. */
  SPECIAL = 'special',
  /** The Go runtime, which Kata deprecated with 4.0; each has a successor that ends in `-runtime-rs`. */
  DEPRECATED = 'deprecated',
  /** Defined with `KataShim.of()`: what this library says of it is what it was told. */
  CUSTOM = 'custom',
}

/**
 * A shim of Kata Containers: which virtual machine monitor runs the guest, under which of the two runtimes.
 *
 * The names are Kata's own in capitals. Those without `RUNTIME_RS` are the deprecated Go runtime, but for DRAGONBALL and
 * OPENVMM, which only runtime-rs has. A shim that is not among them: `KataShim.of()`.
 *
 * @see https://github.com/kata-containers/kata-containers/blob/main/docs/hypervisors.md
 */
export class KataShim {
  /** QEMU under runtime-rs, for every architecture: Kata's default since 4.0. */
  public static readonly QEMU_RUNTIME_RS = KataShim.known('qemu-runtime-rs');

  /** Cloud Hypervisor under runtime-rs. */
  public static readonly CLH_RUNTIME_RS = KataShim.known('clh-runtime-rs');

  /** Dragonball, which is built into runtime-rs: the open-source descendant of Alibaba's RunD, for many small Pods. */
  public static readonly DRAGONBALL = KataShim.known('dragonball');

  /** QEMU under the Go runtime. */
  public static readonly QEMU = KataShim.known('qemu');

  /** Cloud Hypervisor under the Go runtime. */
  public static readonly CLH = KataShim.known('clh');

  /** Firecracker, which needs the devmapper snapshotter on its nodes. */
  public static readonly FC = KataShim.known('fc');

  /** Cloud Hypervisor under the Go runtime, with the kernel of an Azure Linux host. */
  public static readonly CLH_AZURE = KataShim.known('clh-azure');

  /** Cloud Hypervisor under runtime-rs, with the kernel of an Azure Linux host. */
  public static readonly CLH_AZURE_RUNTIME_RS = KataShim.known('clh-azure-runtime-rs');

  /** OpenVMM under runtime-rs, on an Azure Linux host. */
  public static readonly OPENVMM_AZURE_RUNTIME_RS = KataShim.known('openvmm-azure-runtime-rs');

  /** QEMU with NVIDIA's guest but without a GPU, under the Go runtime. */
  public static readonly QEMU_NVIDIA_CPU = KataShim.known('qemu-nvidia-cpu');

  /** QEMU with NVIDIA's guest but without a GPU, under runtime-rs. */
  public static readonly QEMU_NVIDIA_CPU_RUNTIME_RS = KataShim.known('qemu-nvidia-cpu-runtime-rs');

  /** QEMU with NVIDIA GPUs passed through, under the Go runtime. */
  public static readonly QEMU_NVIDIA_GPU = KataShim.known('qemu-nvidia-gpu');

  /** QEMU with NVIDIA GPUs passed through, under runtime-rs. */
  public static readonly QEMU_NVIDIA_GPU_RUNTIME_RS = KataShim.known('qemu-nvidia-gpu-runtime-rs');

  /** QEMU with NVIDIA GPUs in a confidential guest on AMD SEV-SNP, under the Go runtime. */
  public static readonly QEMU_NVIDIA_GPU_SNP = KataShim.known('qemu-nvidia-gpu-snp');

  /** QEMU with NVIDIA GPUs in a confidential guest on AMD SEV-SNP, under runtime-rs. */
  public static readonly QEMU_NVIDIA_GPU_SNP_RUNTIME_RS = KataShim.known('qemu-nvidia-gpu-snp-runtime-rs');

  /** QEMU with NVIDIA GPUs in a confidential guest on Intel TDX, under the Go runtime. */
  public static readonly QEMU_NVIDIA_GPU_TDX = KataShim.known('qemu-nvidia-gpu-tdx');

  /** QEMU with NVIDIA GPUs in a confidential guest on Intel TDX, under runtime-rs. */
  public static readonly QEMU_NVIDIA_GPU_TDX_RUNTIME_RS = KataShim.known('qemu-nvidia-gpu-tdx-runtime-rs');

  /** QEMU with a confidential guest on AMD SEV-SNP, under the Go runtime. */
  public static readonly QEMU_SNP = KataShim.known('qemu-snp');

  /** QEMU with a confidential guest on AMD SEV-SNP, under runtime-rs. */
  public static readonly QEMU_SNP_RUNTIME_RS = KataShim.known('qemu-snp-runtime-rs');

  /** QEMU with a confidential guest on Intel TDX, under the Go runtime. */
  public static readonly QEMU_TDX = KataShim.known('qemu-tdx');

  /** QEMU with a confidential guest on Intel TDX, under runtime-rs. */
  public static readonly QEMU_TDX_RUNTIME_RS = KataShim.known('qemu-tdx-runtime-rs');

  /** QEMU with a guest under IBM Secure Execution, under the Go runtime. */
  public static readonly QEMU_SE = KataShim.known('qemu-se');

  /** QEMU with a guest under IBM Secure Execution, under runtime-rs. */
  public static readonly QEMU_SE_RUNTIME_RS = KataShim.known('qemu-se-runtime-rs');

  /** QEMU with the software of a confidential guest but without its hardware, for development, under the Go runtime. */
  public static readonly QEMU_COCO_DEV = KataShim.known('qemu-coco-dev');

  /** QEMU with the software of a confidential guest but without its hardware, for development, under runtime-rs. */
  public static readonly QEMU_COCO_DEV_RUNTIME_RS = KataShim.known('qemu-coco-dev-runtime-rs');

  /** Peer pods: the guest is a virtual machine of a cloud, which cloud-api-adaptor makes. */
  public static readonly REMOTE = KataShim.known('remote');

  /**
   * Define a shim that this library has no record of: of a fork, or of a newer release.
   *
   * Throws where the name is no DNS label or that of a shim of Kata's own, and where a fact is malformed.
   *
   * @param name what Kata calls it, such as `rs-fc`; handler and RuntimeClass are `kata-<name>`
   * @param props what a record of Kata's own shims has
   */
  public static of(name: string, props: KataShimProps): KataShim {
    return new KataShim(shimFacts(name, props));
  }

  /**
   * A shim that the library has no record of, from what an install plan says.
   *
   * @internal
   */
  public static _ofPlan(name: string, facts: ShimFactsPlan): KataShim {
    return new KataShim({ ...facts, name, architectures: [], podFixed: LIGHT_OVERHEAD, annotations: [] });
  }

  private static known(name: string): KataShim {
    return new KataShim(KATA_SHIMS.find((shim) => shim.name === name)!);
  }

  private constructor(
    /** @internal */
    public readonly _facts: KataShimFacts,
  ) {}

  /** Kata's name of the shim, such as `qemu-runtime-rs`. */
  public get name(): string {
    return this._facts.name;
  }

  /** Name of the handler and of the RuntimeClass, unless a runtime has its own: `kata-<name>`. */
  public get handler(): string {
    return `kata-${this.name}`;
  }

  /** Whether it is a shim of runtime-rs, the runtime in Rust; else of the deprecated one in Go. */
  public get isRuntimeRs(): boolean {
    return this._facts.rust;
  }

  /** Architectures that Kata publishes this shim for, by Kubernetes' names, sorted. A release may have fewer. */
  public get architectures(): string[] {
    return [...this._facts.architectures].sort();
  }

  /** What Kata reserves for each Pod beside its own requests (`overhead.podFixed` of its RuntimeClass). */
  public get overhead(): PodOverhead {
    return { ...this._facts.podFixed };
  }

  /** Name of a snapshotter that containerd needs for this shim and does not have by itself; undefined if there is none. */
  public get snapshotter(): string | undefined {
    return this._facts.snapshotter;
  }

  /** How far the shim can be relied on. */
  public get support(): KataSupport {
    if (this._isCustom) return KataSupport.CUSTOM;
    if (!this.isRuntimeRs) return KataSupport.DEPRECATED;
    return this._facts.special ? KataSupport.SPECIAL : KataSupport.MAINTAINED;
  }

  /** @internal */
  public get _runtime(): typeof KATA_RUNTIMES['rust' | 'go'] {
    return KATA_RUNTIMES[this._facts.rust ? 'rust' : 'go'];
  }

  /**
   * Section of the configuration file that the shim's options belong to.
   *
   * @internal
   */
  public get _hypervisor(): string {
    return this._facts.hypervisor;
  }

  /**
   * Its program, relative to the unpacked release.
   *
   * @internal
   */
  public get _program(): string {
    return this._facts.shimPath ?? this._runtime.shim;
  }

  /**
   * Its shipped configuration file, relative to the unpacked release.
   *
   * @internal
   */
  public get _configurationFile(): string {
    return this._facts.configurationFile ?? `${this._runtime.configurations}/configuration-${this.name}.toml`;
  }

  /**
   * Files and folders that it needs of an unpacked release, relative to it.
   *
   * @internal
   */
  public _files(arch: string): string[] {
    const { components, componentsOnArm64 = [], files = [] } = this._facts;
    const all = [this._program, this._configurationFile, ...componentFiles([...components, ...arch === 'arm64' ? componentsOnArm64 : []], arch), ...files];
    return [...new Set(all)].sort();
  }

  /**
   * What the install plan says of a shim that the library has no record of.
   *
   * @internal
   */
  public _plan(): ShimFactsPlan {
    const { componentsOnArm64 = [], files = [], ...facts } = this._facts;
    const { rust, hypervisor, components, shimPath, configurationFile, devices, staticSizing, defaults, guestOverhead } = facts;
    return { rust, hypervisor, components, componentsOnArm64, files, shimPath, configurationFile, devices, staticSizing, defaults, guestOverhead };
  }

  /** @internal */
  public get _isCustom(): boolean {
    return KATA_SHIMS.every((facts) => facts !== this._facts);
  }
}
