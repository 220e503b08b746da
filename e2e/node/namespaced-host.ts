import { ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { removeCgroups } from './cgroups';
import { pidOne } from './pid-one';

/** Names of a node's folder and cgroups; a folder has a file `pid` of the process that dies with the test's. */
export const NODE_PREFIX = 'sandbox-runtimes-node-';

/** What a container runtime and its shims read of a host's /etc. */
const ETC = {
  '/etc/hosts': '127.0.0.1 localhost\n',
  '/etc/resolv.conf': '',
  '/etc/passwd': 'root:x:0:0:root:/root:/bin/sh\n',
  '/etc/group': 'root:x:0:\n',
};

/** What a host runs: the name of a program in /usr/local/bin, started again whenever it ends. */
export interface Daemon {
  readonly name: string;
  readonly socket: string;
}

/** Where a daemon's pid is, for the agent's restart strategy; the supervisor replaces it with each start. */
export function pidFileOf(daemon: string): string {
  return `/run/${daemon}/${daemon}.pid`;
}

/**
 * A host for tests: one daemon under a small supervisor in namespaces of its own. Absolute paths are real in it, and
 * nothing of the machine is touched.
 */
export class NamespacedHost {
  readonly name: string;
  private process?: ChildProcess;
  private readonly folder: string;

  /** @param programs files of the machine that are in /usr/local/bin of the host */
  protected constructor(private readonly daemon: Daemon, programs: readonly string[], files: { readonly [path: string]: string }) {
    this.folder = mkdtempSync(join(tmpdir(), NODE_PREFIX));
    this.name = basename(this.folder);
    const root = join(this.folder, 'root');
    for (const name of ['dev', 'proc', 'sys', 'usr', 'etc', 'opt', 'root', 'run', 'tmp', 'var/lib', 'var/log', 'var/tmp', '../usr-local/bin']) {
      mkdirSync(join(root, name), { recursive: true });
    }
    for (const name of ['bin', 'sbin', 'lib', 'lib64']) symlinkSync(`usr/${name}`, join(root, name));
    symlinkSync('../run', join(root, 'var', 'run'));
    for (const program of programs) cpSync(program, join(this.folder, 'usr-local', 'bin', basename(program)));
    for (const [path, content] of Object.entries({ ...ETC, ...files })) this.write(path, content);
  }

  /** Where a path of the host lies for the test's own process. */
  path(path: string): string {
    return join(this.folder, path.startsWith('/usr/local/') ? `usr-local${path.slice('/usr/local'.length)}` : `root${path}`);
  }

  read(path: string): string {
    return readFileSync(this.path(path), 'utf8');
  }

  write(path: string, content: string | Buffer): void {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), content);
  }

  /** Files below a folder of the host, if it is there. */
  files(folder: string): string[] {
    if (!existsSync(this.path(folder))) return [];
    const entries = readdirSync(this.path(folder), { recursive: true, withFileTypes: true });
    return entries.filter(entry => !entry.isDirectory()).map(entry => join(entry.parentPath, entry.name).slice(this.path('').length));
  }

  get socket(): string {
    return this.path(this.daemon.socket);
  }

  daemonPid(): number {
    return Number(this.read(pidFileOf(this.daemon.name)));
  }

  /** Runs a program of the host in the host; throws with its output where it fails. */
  exec(...command: string[]): string {
    return execFileSync('nsenter', this.enter(command), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 64 * 1024 * 1024 });
  }

  /** Kills all that runs in the host; its mounts go with it. */
  async stop(): Promise<void> {
    const init = pidOne(this.process);
    this.process?.kill('SIGKILL');
    while (init !== undefined && existsSync(`/proc/${init}`)) await sleep(20);
    await removeCgroups(this.name);
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Starts the daemon and waits for its socket; stops the host if that fails. */
  protected async boot(): Promise<void> {
    try {
      await this.bootOnce();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** The end of the daemon's log. */
  log(): string {
    const file = `/var/log/${this.daemon.name}.log`;
    return existsSync(this.path(file)) ? this.read(file).slice(-4000) : '';
  }

  /** Arguments of nsenter that run a command in the host. */
  enter(command: readonly string[]): string[] {
    const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
    return ['--target', String(pidOne(this.process)), '--mount', '--pid', '--ipc', '--uts', '--cgroup', '--root', '--wd',
      '/usr/bin/env', '-i', `PATH=${path}`, ...command];
  }

  private async bootOnce(): Promise<void> {
    let output = '';
    // The death signal: should the test's process be killed, the host goes too.
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'sh', join(__dirname, 'boot.sh'), this.folder, this.name, this.daemon.name], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.on('data', chunk => output += chunk);
    child.stderr.on('data', chunk => output += chunk);
    this.process = child;
    writeFileSync(join(this.folder, 'pid'), String(child.pid));
    const deadline = Date.now() + 30_000;
    while (!existsSync(this.socket)) {
      if (child.exitCode !== null) throw new Error(`the host did not boot (exit ${child.exitCode}): ${output}`);
      if (Date.now() > deadline) throw new Error(`${this.daemon.name} did not come up in the host: ${output}\n${this.log()}`);
      await sleep(20);
    }
  }
}

/** Removes what a killed test run left: its hosts died with it, their folders and cgroups did not. */
export async function removeDeadNodes(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter(entry => entry.startsWith(NODE_PREFIX))) {
    const folder = join(tmpdir(), name);
    const pidFile = join(folder, 'pid');
    if (!existsSync(pidFile) || existsSync(`/proc/${readFileSync(pidFile, 'utf8')}`)) continue;
    await removeCgroups(name);
    rmSync(folder, { recursive: true, force: true });
  }
}
