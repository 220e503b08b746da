import { shown } from './given';
import type { KataShim } from './kata-shim';
import { mebibytes, type PodOverhead } from './pod-overhead';

/** What a size is made of. */
export interface KataSizeProps {
  /** Virtual CPUs of the largest guest that the size is for, and of one whose Pod has no limits. */
  readonly vcpus: number;

  /** Memory, in MiB, of the largest guest that the size is for, and of one whose Pod has no limits. */
  readonly memory: number;
}

/**
 * How large the guests of a runtime are. Class and configuration follow from it together, so that Kubernetes reserves
 * what the guests take: what a guest needs for itself grows with its memory, and no single number fits every size.
 *
 * Beyond what Kata ships for a shim, a guest gets 1/64 of its memory (the kernel keeps 64 bytes for each page of 4096),
 * and the class reserves that and 1/512 (the processor's tables of the guest's memory: 8 bytes for each page). They are
 * starting values: Kata asks everybody to measure.
 *
 * @see https://github.com/kata-containers/kata-containers/blob/main/docs/how-to/how-to-size-sandbox-overhead-runtime-rs.md
 */
export class KataSize {
  /** Up to 1 virtual CPU and 512 MiB. */
  public static readonly S = KataSize.of('s', { vcpus: 1, memory: 512 });

  /** Up to 2 virtual CPUs and 2 GiB. */
  public static readonly M = KataSize.of('m', { vcpus: 2, memory: 2048 });

  /** Up to 4 virtual CPUs and 8 GiB. */
  public static readonly L = KataSize.of('l', { vcpus: 4, memory: 8192 });

  /** Up to 8 virtual CPUs and 32 GiB. */
  public static readonly XL = KataSize.of('xl', { vcpus: 8, memory: 32768 });

  /**
   * A size of your own.
   *
   * @param name what it is called, a DNS label; a part of handlers' names
   * @param props how large its guests are
   * @throws if the name is no DNS label or the guest is too small to boot
   */
  public static of(name: string, props: KataSizeProps): KataSize {
    if (!/^[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?$/.test(name)) {
      throw new Error(`the name of a size is a DNS label of at most 22 characters such as "s", got "${name}"`);
    }
    if (!Number.isSafeInteger(props?.vcpus) || props.vcpus < 1) {
      throw new Error(`vcpus of the size "${name}" must be a whole number of at least 1, got ${shown(props?.vcpus)}`);
    }
    if (!Number.isSafeInteger(props.memory) || props.memory < 128) {
      throw new Error(`memory of the size "${name}" is in MiB and must be a whole number of at least 128, got ${shown(props.memory)}`);
    }
    return new KataSize(name, props.vcpus, props.memory);
  }

  private constructor(
    /** What the size is called. */
    public readonly name: string,
    /** Virtual CPUs of the largest guest. */
    public readonly vcpus: number,
    /** Memory of the largest guest, in MiB. */
    public readonly memory: number,
  ) {}

  /**
   * What a class of this size reserves for each Pod (`overhead.podFixed`).
   *
   * @param shim the shim that runs the guests
   */
  public overheadOf(shim: KataShim): PodOverhead {
    const { memory, cpu } = shim._facts.podFixed;
    return { memory: `${Math.ceil(mebibytes(memory)) + this.pageStructures + Math.ceil(this.memory / 512)}Mi`, cpu };
  }

  /**
   * The same in the shim's configuration.
   *
   * @throws if the shim has no such settings
   * @internal
   */
  public _settings(shim: KataShim): { [key: string]: number } {
    const overhead = shim._facts.guestOverhead;
    if (!overhead) {
      throw new Error(`the size "${this.name}" needs a shim of runtime-rs, since only there a guest is as large as its Pod's limits and an overhead, `
        + `and ${shim.name} is none; use one that ends in -runtime-rs, or set defaultVcpus and defaultMemory`);
    }
    return {
      default_vcpus: this.vcpus,
      default_memory: this.memory,
      overhead_vcpus: overhead.vcpus,
      overhead_memory: overhead.memory + this.pageStructures,
    };
  }

  private get pageStructures(): number {
    return Math.ceil(this.memory / 64);
  }
}
