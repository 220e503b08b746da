import { ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemdRootFilesystem } from './root-filesystem';
import { SYSTEMD_SOCKET } from '../../agent/systemd/systemd-manager';
import { removeCgroups } from '../node/cgroups';
import { NODE_PREFIX } from '../node/namespaced-host';
import { pidOne } from '../node/pid-one';

const BOOT_MS = 60_000;

/**
 * systemd does not talk to a process that has no ID in its PID namespace, as the test's has none: a proxy in the node
 * connects on its behalf. A container in the node needs no such thing.
 */
const PROXY_SOCKET = '/run/systemd-private-proxy';
const PROXY_UNITS = {
  '/etc/systemd/system/systemd-private-proxy.socket': `[Socket]\nListenStream=${PROXY_SOCKET}\n`,
  '/etc/systemd/system/systemd-private-proxy.service': `[Service]\nExecStart=/lib/systemd/systemd-socket-proxyd ${SYSTEMD_SOCKET}\n`,
};

/** What containerd reads of a host's /etc, and the small Debian lacks. */
const ETC = { '/etc/hosts': '127.0.0.1 localhost\n' };

export interface SystemdNodeOptions {
  /** Files below the node's root; unit files in /etc/systemd/system among them. */
  readonly files: { readonly [path: string]: string };
  /** Programs of this machine, copied to the node's /usr/local/bin. */
  readonly programs: readonly string[];
  /** Folders that must not be on the node's overlay file system, because containerd makes overlays of its own in them. */
  readonly plainFolders: readonly string[];
  /** Shell script that gets the node's root folder before systemd starts, in the node's namespaces. */
  readonly prepare?: string;
  /** Path of the network namespace to boot in, asked for at each boot; without it the machine's own. */
  readonly network?: () => Promise<string>;
}

/** A Debian whose PID 1 is a real systemd, in namespaces of its own; nothing of the machine is touched. */
export class SystemdNode {
  static async boot(options: SystemdNodeOptions): Promise<SystemdNode> {
    const lower = await systemdRootFilesystem();
    const folder = mkdtempSync(join(tmpdir(), NODE_PREFIX));
    const node = new SystemdNode(folder, lower, options);
    for (const name of ['root', 'upper', 'work', 'plain']) mkdirSync(join(folder, name));
    for (const [path, content] of Object.entries({ ...ETC, ...PROXY_UNITS, ...options.files })) {
      mkdirSync(dirname(join(folder, 'upper', path)), { recursive: true });
      writeFileSync(join(folder, 'upper', path), content);
    }
    mkdirSync(join(folder, 'upper/usr/local/bin'), { recursive: true });
    for (const program of options.programs) cpSync(program, join(folder, 'upper/usr/local/bin', basename(program)));
    try {
      await node.powerOn();
    } catch (error) {
      await node.stop();
      throw error;
    }
    return node;
  }

  readonly name: string;
  private process?: ChildProcess;
  private console = '';

  private constructor(private readonly folder: string, private readonly lower: string, private readonly options: SystemdNodeOptions) {
    this.name = basename(folder);
  }

  /** Where a path of the node lies for the test's own process, sockets included. */
  path(path: string): string {
    return `/proc/${pidOne(this.process)}/root${path}`;
  }

  read(path: string): string {
    return readFileSync(this.path(path), 'utf8');
  }

  write(path: string, content: string | Buffer): void {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), content);
  }

  /** For connections of the test's own process. */
  get systemdSocket(): string {
    return this.path(PROXY_SOCKET);
  }

  /** Runs a program of the node in the node; throws with its output where it fails. */
  exec(...command: string[]): string {
    const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
    return execFileSync('nsenter', [
      '--target', String(pidOne(this.process)), '--mount', '--pid', '--net', '--ipc', '--uts', '--cgroup', '--root', '--wd',
      '/usr/bin/env', '-i', `PATH=${path}`, ...command,
    ], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** Kills PID 1 and with it all that runs in the node; the mounts go with their namespace. */
  async stop(): Promise<void> {
    const init = pidOne(this.process);
    this.process?.kill('SIGKILL');
    while (init !== undefined && existsSync(`/proc/${init}`)) await sleep(20);
    await removeCgroups(this.name);
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Boots, for the first time or after a power-off. */
  async powerOn(): Promise<void> {
    const { plainFolders, prepare = '', network } = this.options;
    const enter = network ? ['nsenter', `--net=${await network()}`] : [];
    // The death signal: should the test's process be killed, the node goes too.
    const command = ['--pdeathsig', 'KILL', ...enter, 'sh', join(__dirname, 'boot.sh'), this.folder, this.name, this.lower, plainFolders.join(' '), prepare];
    const child = spawn('setpriv', command, { stdio: ['ignore', 'pipe', 'pipe'] });
    const listen = (chunk: Buffer) => { this.console = (this.console + chunk).slice(-16_000); };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    this.process = child;
    writeFileSync(join(this.folder, 'pid'), String(child.pid));
    await this.booted(child);
    this.exec('systemctl', 'start', 'systemd-private-proxy.socket');
  }

  /** Has systemd stop all units and end; what is on the node's disk stays. */
  async powerOff(): Promise<void> {
    const child = this.process!;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    this.exec('systemctl', 'poweroff');
    await ended;
    this.process = undefined;
    await removeCgroups(this.name);
  }

  /** Until all that starts at boot was started, or has failed. */
  private async booted(child: ChildProcess): Promise<void> {
    const deadline = Date.now() + BOOT_MS;
    let state = '';
    while (state !== 'running') {
      if (child.exitCode !== null) throw new Error(`systemd did not boot (exit ${child.exitCode}): ${this.console}`);
      if (state === 'degraded') throw new Error(`not all units started: ${this.exec('systemctl', '--failed', '--plain')}`);
      if (Date.now() > deadline) throw new Error(`systemd was not up within ${BOOT_MS} ms (${state || 'no answer'}): ${this.console}`);
      await sleep(50);
      if (existsSync(this.path(SYSTEMD_SOCKET))) state = this.exec('sh', '-c', 'systemctl is-system-running 2>&1 || true').trim();
    }
  }
}
