/** Which network a sandbox gets. */
export enum RunscNetwork {
  /** gVisor's own network stack on the Pod's network. */
  SANDBOX = 'sandbox',
  /** The host kernel's network stack: faster, and with less isolation. Needed for Pods with `hostNetwork`. */
  HOST = 'host',
  /** Loopback only. */
  NONE = 'none',
}

/** How packets that leave a sandbox are queued. */
export enum RunscQdisc {
  /** Not at all. */
  NONE = 'none',
  /** In their order. */
  FIFO = 'fifo',
  /** Token bucket: at most `qdiscTbfRate`, with bursts of `qdiscTbfBurst`. */
  TBF = 'tbf',
}

/**
 * runsc's flags for the network. Each member has its flag's name, and each default is runsc's own.
 *
 * @see https://github.com/google/gvisor/blob/master/runsc/config/flags.go
 * @see https://gvisor.dev/docs/user_guide/networking/
 */
export interface RunscNetworkOptions {
  /**
   * The sandbox's network stack.
   *
   * @default RunscNetwork.SANDBOX
   */
  readonly network?: RunscNetwork;

  /**
   * Whether containers keep the capability NET_RAW. Raw sockets let a container craft packets.
   *
   * @default false
   */
  readonly netRaw?: boolean;

  /**
   * Whether containers may write to packet sockets, and so craft whole frames.
   *
   * @default false
   */
  readonly allowPacketSocketWrite?: boolean;

  /**
   * Segmentation offload by the host, where a device has it.
   *
   * @default true
   */
  readonly gso?: boolean;

  /**
   * Segmentation offload by gVisor, where the host has none.
   *
   * @default true
   */
  readonly softwareGso?: boolean;

  /**
   * Receive offload by gVisor.
   *
   * @default false
   */
  readonly gvisorGro?: boolean;

  /**
   * Checksum offload for packets that are sent.
   *
   * @default false
   */
  readonly txChecksumOffload?: boolean;

  /**
   * Checksum offload for packets that are received.
   *
   * @default true
   */
  readonly rxChecksumOffload?: boolean;

  /**
   * How packets that leave the sandbox are queued. TBF needs `qdiscTbfRate` and `qdiscTbfBurst`.
   *
   * @default RunscQdisc.FIFO
   */
  readonly qdisc?: RunscQdisc;

  /**
   * Rate of what leaves a sandbox, in bytes per second. Without TBF it is the ceiling for Pods that choose TBF by
   * annotation.
   *
   * @default 0
   */
  readonly qdiscTbfRate?: number;

  /**
   * Depth of the token bucket, in bytes, at most 4294967295.
   *
   * @default 0
   */
  readonly qdiscTbfBurst?: number;

  /**
   * Number of channels (file descriptors) of each network link, at least 1.
   *
   * @default 1
   */
  readonly numNetworkChannels?: number;

  /**
   * Number of goroutines that process the packets of each channel; 0 divides the processors among the channels.
   *
   * @default 0
   */
  readonly networkProcessorsPerChannel?: number;

  /**
   * Whether the NAT rules of the Pod's network namespace are repeated in the sandbox, as service meshes need it.
   *
   * @default false
   */
  readonly reproduceNat?: boolean;

  /**
   * Whether the nftables rules of the Pod's network namespace are repeated in the sandbox; replaces `reproduceNat`.
   *
   * @default false
   */
  readonly reproduceNftables?: boolean;

  /**
   * Network namespace of the gofer processes: `null` (an empty one for all), `new` (an empty one for each), `host`,
   * or the absolute path of a namespace.
   *
   * @default 'null'
   */
  readonly goferNetworkNamespace?: string;
}
