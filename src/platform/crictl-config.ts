import type { Duration } from 'cdk8s';
import type { HostFilePlan } from '../installer/install-plan';
import { sha256 } from '../installer/plan-hash';

/** Where crictl looks for its configuration. */
export const CRICTL_CONFIG_FILE = '/etc/crictl.yaml';

/**
 * First line of a configuration that the node agent may replace; one without it is somebody else's. It must not change
 * between versions of the library.
 */
export const CRICTL_MARKER = '# Written by cdk8s-sandbox-runtimes; without this line the file is left alone.';

const KEY = 'crictl.yaml';

/** What crictl's configuration says beside the socket. */
export interface CrictlConfigProps {
  /**
   * How long crictl waits for the container runtime, in whole seconds and at least 1 second.
   *
   * @default Duration.seconds(10)
   */
  readonly timeout?: Duration;

  /**
   * Whether crictl prints what it sends and receives.
   *
   * @default false
   */
  readonly debug?: boolean;
}

/**
 * Configuration of crictl, `/etc/crictl.yaml`, for the CRI socket of the installer's platform. The node agent writes it
 * only where there is none or where it is ours.
 *
 * @see https://github.com/kubernetes-sigs/cri-tools/blob/master/docs/crictl.md
 */
export class CrictlConfig {
  private readonly timeout: number;
  private readonly debug: boolean;

  /** Throws where the timeout is not a positive number of whole seconds. */
  constructor(props: CrictlConfigProps = {}) {
    if (props.timeout !== undefined && typeof props.timeout?.toMilliseconds !== 'function') {
      throw new Error(`timeout of crictl must be a Duration of cdk8s such as Duration.seconds(10), got ${JSON.stringify(props.timeout)}`);
    }
    const millis = props.timeout?.toMilliseconds() ?? 10_000;
    if (millis < 1000 || millis % 1000 !== 0) {
      throw new Error(`timeout of crictl must be whole seconds and at least 1 second, got ${millis} ms`);
    }
    this.timeout = millis / 1000;
    this.debug = props.debug ?? false;
  }

  /**
   * What the node agent writes.
   *
   * @param socket absolute path of the CRI socket
   * @internal
   */
  public _file(socket: string): HostFilePlan {
    return { path: CRICTL_CONFIG_FILE, key: KEY, sha256: sha256(this.content(socket)) };
  }

  /**
   * The configuration by its key in the files ConfigMap.
   *
   * @param socket absolute path of the CRI socket
   * @internal
   */
  public _files(socket: string): { [key: string]: string } {
    return { [KEY]: this.content(socket) };
  }

  private content(socket: string): string {
    const endpoint = JSON.stringify(`unix://${socket}`);
    return [
      CRICTL_MARKER,
      `runtime-endpoint: ${endpoint}`,
      `image-endpoint: ${endpoint}`,
      `timeout: ${this.timeout}`,
      `debug: ${this.debug}`,
      '',
    ].join('\n');
  }
}
