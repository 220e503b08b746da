import type { SystemdNode } from './systemd-node';
import type { PodNode } from '../node/test-pod';

/** A node whose container runtime is a unit of a real systemd. */
export abstract class UnitNode implements PodNode {
  abstract readonly version: PodNode['version'];
  abstract readonly systemdCgroup: boolean;
  abstract readonly socket: string;

  protected constructor(protected readonly systemd: SystemdNode) {}

  get name(): string {
    return this.systemd.name;
  }

  path(path: string): string {
    return this.systemd.path(path);
  }

  read(path: string): string {
    return this.systemd.read(path);
  }

  write(path: string, content: string | Buffer): void {
    this.systemd.write(path, content);
  }

  exec(...command: string[]): string {
    return this.systemd.exec(...command);
  }

  stop(): Promise<void> {
    return this.systemd.stop();
  }
}
