import { ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { removeCgroups } from './cgroups';
import type { ImageArchive } from './images';
import { containerd, ContainerdVersion, runc } from '../toolchain';

/** containerd's pid, for the agent's restart strategy; the supervisor replaces it with each start. */
export const PID_FILE = '/run/containerd/containerd.pid';

/** Names of a node's folder and cgroups; a folder has a file `pid` of the process that dies with the test's. */
export const NODE_PREFIX = 'sandbox-runtimes-node-';
const IMAGE_ARCHIVE = '/tmp/image.tar';

/** What containerd and its shims read of a host's /etc. */
const ETC = {
  '/etc/hosts': '127.0.0.1 localhost\n',
  '/etc/resolv.conf': '',
  '/etc/passwd': 'root:x:0:0:root:/root:/bin/sh\n',
  '/etc/group': 'root:x:0:\n',
};

export interface TestNodeOptions {
  readonly containerd: ContainerdVersion;
  /** What `containerd --version` says instead of the truth. */
  readonly saidVersion?: string;
  /** Files below the node's root, `/etc/containerd/config.toml` first of all. */
  readonly files: { readonly [path: string]: string };
}

/**
 * A node for tests: containerd under a small supervisor in namespaces of its own. Absolute paths are real in it
 * (`/etc/containerd`, `/run/containerd`, `/opt/sandbox-runtimes`), and nothing of the machine is touched.
 */
export class TestNode {
  static async start(options: TestNodeOptions): Promise<TestNode> {
    const { containerd: daemon, shim, ctr } = await containerd(options.containerd, options.saidVersion);
    const folder = mkdtempSync(join(tmpdir(), NODE_PREFIX));
    const root = join(folder, 'root');
    for (const name of ['dev', 'proc', 'sys', 'usr', 'etc/containerd', 'opt', 'root', 'run', 'tmp', 'var/lib', 'var/log', '../usr-local/bin']) {
      mkdirSync(join(root, name), { recursive: true });
    }
    for (const name of ['bin', 'sbin', 'lib', 'lib64']) symlinkSync(`usr/${name}`, join(root, name));
    symlinkSync('../run', join(root, 'var', 'run'));
    for (const program of [daemon, shim, ctr, await runc()]) cpSync(program, join(folder, 'usr-local', 'bin', basename(program)));

    const node = new TestNode(folder, options.containerd);
    for (const [path, content] of Object.entries({ ...ETC, ...options.files })) node.write(path, content);
    try {
      await node.boot();
    } catch (error) {
      await node.stop();
      throw error;
    }
    return node;
  }

  readonly name: string;
  private process?: ChildProcess;

  private constructor(private readonly folder: string, readonly version: ContainerdVersion) {
    this.name = basename(folder);
  }

  /** Where a path of the node lies for the test's own process. */
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

  /** Files below a folder of the node, if it is there. */
  files(folder: string): string[] {
    if (!existsSync(this.path(folder))) return [];
    const entries = readdirSync(this.path(folder), { recursive: true, withFileTypes: true });
    return entries.filter(entry => !entry.isDirectory()).map(entry => join(entry.parentPath, entry.name).slice(this.path('').length));
  }

  get socket(): string {
    return this.path('/run/containerd/containerd.sock');
  }

  containerdPid(): number {
    return Number(this.read(PID_FILE));
  }

  /** Loads images as the kubelet's pulls would have. */
  importImages(images: readonly ImageArchive[]): void {
    for (const { archive } of images) {
      this.write(IMAGE_ARCHIVE, archive);
      this.exec('ctr', '--namespace', 'k8s.io', 'images', 'import', IMAGE_ARCHIVE);
    }
    rmSync(this.path(IMAGE_ARCHIVE));
  }

  /** Runs a program of the node in the node; throws with its output where it fails. */
  exec(...command: string[]): string {
    return execFileSync('nsenter', this.enter(command), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 64 * 1024 * 1024 });
  }

  /** Kills all that runs in the node; its mounts go with it. */
  async stop(): Promise<void> {
    const init = this.init();
    this.process?.kill('SIGKILL');
    while (init !== undefined && existsSync(`/proc/${init}`)) await sleep(20);
    await removeCgroups(this.name);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private enter(command: readonly string[]): string[] {
    const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
    return ['--target', String(this.init()), '--mount', '--pid', '--ipc', '--uts', '--cgroup', '--root', '--wd',
      '/usr/bin/env', '-i', `PATH=${path}`, ...command];
  }

  private async boot(): Promise<void> {
    let output = '';
    // The death signal: should the test's process be killed, the node goes too.
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'sh', join(__dirname, 'boot.sh'), this.folder, this.name], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.on('data', chunk => output += chunk);
    child.stderr.on('data', chunk => output += chunk);
    this.process = child;
    writeFileSync(join(this.folder, 'pid'), String(child.pid));
    const deadline = Date.now() + 30_000;
    while (!existsSync(this.socket)) {
      if (child.exitCode !== null) throw new Error(`the node did not boot (exit ${child.exitCode}): ${output}`);
      if (Date.now() > deadline) throw new Error(`containerd did not come up in the node: ${output}\n${this.log()}`);
      await sleep(20);
    }
  }

  /** The end of containerd's log. */
  log(): string {
    return existsSync(this.path('/var/log/containerd.log')) ? this.read('/var/log/containerd.log').slice(-4000) : '';
  }

  /** PID 1 of the node as the machine sees it. */
  private init(): number | undefined {
    const pid = this.process?.pid;
    if (pid === undefined) return undefined;
    try {
      return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]) || undefined;
    } catch {
      return undefined;
    }
  }
}

/** Removes what a killed test run left: its nodes died with it, their folders and cgroups did not. */
export async function removeDeadNodes(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter(entry => entry.startsWith(NODE_PREFIX))) {
    const folder = join(tmpdir(), name);
    const pidFile = join(folder, 'pid');
    if (!existsSync(pidFile) || existsSync(`/proc/${readFileSync(pidFile, 'utf8')}`)) continue;
    await removeCgroups(name);
    rmSync(folder, { recursive: true, force: true });
  }
}
