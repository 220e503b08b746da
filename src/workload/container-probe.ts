import { isPort } from './refuse-containers';
import { requireKinds, shown, TEXT, TEXTS } from '../runtime/given';

/** What an int32 can say. @see https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#Probe */
const MAX = 2 ** 31 - 1;

/** Timing of a probe. */
export interface ContainerProbeOptions {
  /**
   * Seconds after the container's start before the first probe.
   *
   * @default 0
   */
  readonly initialDelaySeconds?: number;

  /**
   * Seconds between two probes.
   *
   * @default 10
   */
  readonly periodSeconds?: number;

  /**
   * Seconds after which a probe counts as failed.
   *
   * @default 1
   */
  readonly timeoutSeconds?: number;

  /**
   * Failures in a row after which the container counts as failed.
   *
   * @default 3
   */
  readonly failureThreshold?: number;
}

/**
 * How the kubelet finds out about a container. All three kinds work in gVisor and Kata: the kubelet connects to the
 * Pod's address, and commands run inside the sandbox. Throws where a port or a time is none.
 *
 * @see https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
 */
export class ContainerProbe {
  /**
   * An HTTP GET that has to answer with 200 to 399.
   *
   * @param path path of the request
   * @param port port number
   * @param options timing
   */
  public static httpGet(path: string, port: number, options: ContainerProbeOptions = {}): ContainerProbe {
    requireKinds('a probe', { path }, { path: TEXT });
    return new ContainerProbe({ httpGet: { path, port: probed(port) } }, options);
  }

  /**
   * A TCP connection that has to be accepted.
   *
   * @param port port number
   * @param options timing
   */
  public static tcpSocket(port: number, options: ContainerProbeOptions = {}): ContainerProbe {
    return new ContainerProbe({ tcpSocket: { port: probed(port) } }, options);
  }

  /**
   * A command inside the container that has to exit with 0.
   *
   * @param command the command and its arguments
   * @param options timing
   */
  public static exec(command: string[], options: ContainerProbeOptions = {}): ContainerProbe {
    requireKinds('a probe', { command }, { command: TEXTS });
    if (!command?.length) throw new Error('a probe has an empty command; name the program to run, such as ["cat", "/ready"]');
    return new ContainerProbe({ exec: { command: [...command] } }, options);
  }

  private constructor(private readonly action: object, private readonly options: ContainerProbeOptions) {
    for (const [member, value] of Object.entries(options)) {
      if (value !== undefined && !(Number.isInteger(value) && value >= 0 && value <= MAX)) {
        throw new Error(`${member} of a probe must be a whole number from 0 to ${MAX}, got ${shown(value)}`);
      }
    }
  }

  /** @internal */
  public _manifest(): object {
    return { ...this.action, ...this.options };
  }
}

function probed(port: number): number {
  if (!isPort(port)) throw new Error(`a probe asks at the port ${shown(port)}; a port is a whole number from 1 to 65535`);
  return port;
}
