import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import type { ImageArchive } from '../node/images';
import { NamespacedHost, pidFileOf } from '../node/namespaced-host';
import { docker, DockerVersion } from '../toolchain/docker';

const DAEMON = { name: 'dockerd', socket: '/run/docker.sock' };

/** dockerd's pid, for the agent to find the process that it signals. */
export const DOCKERD_PID_FILE = pidFileOf(DAEMON.name);

export const DAEMON_JSON = '/etc/docker/daemon.json';

/**
 * What somebody else has set, in bytes that a formatter would change: no networks of Docker's own, whose rules would need
 * a firewall.
 */
export const SOMEBODYS_DAEMON_JSON = `{
    "bridge": "none",   "iptables": false,"ip6tables": false,
\t"storage-driver": "vfs",
    "log-opts": { "max-size" : "10m" },
    "runtimes": { "somebodys": {"path": "/usr/local/bin/runc"} }
}
`;

/** A host with Docker Engine. */
export class DockerHost extends NamespacedHost {
  static async start(version: DockerVersion): Promise<DockerHost> {
    const host = new DockerHost(DAEMON, await docker(version), { [DAEMON_JSON]: SOMEBODYS_DAEMON_JSON });
    await host.boot();
    return host;
  }

  /** Runs the client in the host. */
  docker(...args: string[]): string {
    return this.exec('docker', ...args);
  }

  /** Not synchronously: the mirror that a command downloads from is served by this very process. */
  run(command: readonly string[]): Promise<{ exitCode: number; output: string }> {
    return new Promise((done, failed) => {
      const child = spawn('nsenter', this.enter(command), { stdio: ['ignore', 'pipe', 'pipe'] });
      let output = '';
      child.stdout.on('data', chunk => output += chunk);
      child.stderr.on('data', chunk => output += chunk);
      child.on('error', failed);
      child.on('close', code => done({ exitCode: code ?? -1, output }));
    });
  }

  load(images: readonly ImageArchive[]): void {
    for (const { archive } of images) {
      this.write('/tmp/image.tar', archive);
      this.docker('load', '--input', '/tmp/image.tar');
    }
    rmSync(this.path('/tmp/image.tar'));
  }

  /** What Docker says of itself. */
  info(): any {
    return JSON.parse(this.docker('info', '--format', '{{json .}}'));
  }

  inspect(container: string): any {
    return JSON.parse(this.docker('inspect', container))[0];
  }
}
