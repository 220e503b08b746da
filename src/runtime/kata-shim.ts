import { KATA_RUNTIMES } from './kata-components';
import { KATA_SHIMS, type KataHypervisorName, type KataShimFacts } from './kata-shims';
import type { PodOverhead } from './pod-overhead';

/** How far a shim can be relied on. */
export enum KataSupport {
  /** runtime-rs on ordinary nodes: what Kata develops and recommends. */
  MAINTAINED = 'maintained',
  /** runtime-rs with something that neither Kata nor this library brings: hardware, a snapshotter, a host's image. */
  SPECIAL = 'special',
  /** The Go runtime, which Kata deprecated with 4.0; each has a successor that ends in `-runtime-rs`. */
  DEPRECATED = 'deprecated',
}

/**
 * A shim of Kata Containers: which virtual machine monitor runs the guest, under which of the two runtimes.
 *
 * The names are Kata's own in capitals. Those without `RUNTIME_RS` are the deprecated Go runtime, but for DRAGONBALL and
 * OPENVMM, which only runtime-rs has.
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
  public get _hypervisor(): KataHypervisorName {
    return this._facts.hypervisor;
  }
}
