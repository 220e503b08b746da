/**
 * How gVisor intercepts the system calls of a sandbox.
 *
 * @see https://gvisor.dev/docs/architecture_guide/platforms/
 */
export class GVisorPlatform {
  /** Intercepts with seccomp and signals: works on every node, in virtual machines too. gVisor's own default. */
  public static readonly SYSTRAP = new GVisorPlatform('systrap', []);

  /**
   * Intercepts with the processor's virtualization. The node needs the device `/dev/kvm`. gVisor recommends it for
   * bare metal only: in a virtual machine, SYSTRAP is faster.
   */
  public static readonly KVM = new GVisorPlatform('kvm', ['/dev/kvm']);

  /**
   * Intercepts with ptrace(2): slow.
   *
   * @deprecated gVisor no longer supports it and is going to remove it; use SYSTRAP
   */
  public static readonly PTRACE = new GVisorPlatform('ptrace', []);

  private constructor(
    /** Value of runsc's flag `platform`. */
    public readonly name: string,
    private readonly requiredDevices: readonly string[],
  ) {}

  /** Device nodes that a node must have for this platform, as absolute paths. */
  public get devices(): string[] {
    return [...this.requiredDevices];
  }
}
