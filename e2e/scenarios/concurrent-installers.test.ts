import { ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { planHash } from '../../src/installer/plan-hash';
import { hostTree } from '../../test/agent/host-tree';
import { ArchiveServer, bundleOf, Installation } from '../../test/agent/installation';
import { figure } from '../real-cluster/figures';

/** With SOAK=1 all 200 rounds. */
const ROUNDS = process.env.SOAK === '1' ? 200 : 7;
const LOCK = 'var/lib/sandbox-runtimes/lock';
const FOREIGN = 'etc/containerd/conf.d/50-other.toml';

const server = new ArchiveServer();
let folder: string;
let program: string;
const count = { installers: 0, killed: 0, foreign: 0 };

beforeAll(async () => {
  await server.start();
  folder = mkdtempSync(join(tmpdir(), 'concurrent-installers-'));
  program = join(folder, 'installer.js');
  buildSync({ entryPoints: [join(__dirname, '../node/installer-process.ts')], bundle: true, platform: 'node', outfile: program, logLevel: 'error' });
});

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
  figure('rounds of 2 to 8 installers at once', ROUNDS, `with ${count.installers} installers, ${count.killed} of them killed, and ${count.foreign} writes of a foreign drop-in: none was lost`);
});

/** Each wants something else, so that the last one to get the lock can be told. */
const bundles = () => Array.from({ length: 8 }, (_, index) => bundleOf(server, {
  runtimes: [{}, index % 2 ? { handler: `kata-${index}`, kata: 'clh' } : { handler: `runsc-${index}`, options: `# ${index}\n` }],
}));

class SharedHost {
  readonly root = join(mkdtempSync(join(folder, 'round-')), 'host');
  private started = 0;
  private written = 0;

  constructor() {
    new Installation(join(this.root, '..')).put('/etc/containerd/config.toml', 'version = 3\nimports = ["/etc/containerd/conf.d/*.toml"]\n');
    mkdirSync(join(this.root, 'etc/containerd/conf.d'), { recursive: true });
  }

  /** As the installer's container is started, with the lock of the host around it. */
  start(bundle: { [name: string]: string }): ChildProcess {
    const own = join(this.root, `../installer-${this.started++}`);
    mkdirSync(own);
    symlinkSync(this.root, join(own, 'host'));
    writeFileSync(join(own, 'bundle.json'), JSON.stringify(bundle));
    const command = [join(this.root, LOCK), process.execPath, program, own, join(own, 'bundle.json')];
    return spawn('flock', command, { stdio: 'ignore', detached: true });
  }

  /** Another tool replaces its own drop-in. */
  writeForeign(): void {
    writeFileSync(join(this.root, `${FOREIGN}.new`), `# write ${++this.written}\n`);
    renameSync(join(this.root, `${FOREIGN}.new`), join(this.root, FOREIGN));
  }

  get foreign(): { readonly wanted: string; readonly found: string } {
    return { wanted: `# write ${this.written}\n`, found: readFileSync(join(this.root, FOREIGN), 'utf8') };
  }

  get writes(): number {
    return this.written;
  }

  /** What our files are, but for those that say how often something was done. */
  get tree(): { [path: string]: string } {
    const ours = Object.entries(hostTree(this.root)).filter(([path]) => /^\/(etc|opt)\//.test(path) && path !== `/${FOREIGN}`);
    return Object.fromEntries(ours);
  }

  get provenPlan(): string {
    return JSON.parse(readFileSync(join(this.root, 'var/lib/sandbox-runtimes/record.json'), 'utf8')).provenPlan;
  }
}

const ended = (child: ChildProcess) => new Promise<number | null>((resolve) => child.on('close', resolve));

test('2 to 8 installers at once, of which one is killed, and a tool that writes a drop-in of its own lose nothing', async () => {
  const wanted = bundles();
  for (let round = 0; round < ROUNDS; round++) {
    const host = new SharedHost();
    const foreign = setInterval(() => host.writeForeign(), 5);
    const installers = wanted.slice(0, 2 + round % 7).map((bundle) => host.start(bundle));
    const victim = installers[round % installers.length];
    const kill = setTimeout(() => {
      // On a fast machine it may have ended by then.
      if (victim.exitCode === null) process.kill(-victim.pid!, 'SIGKILL');
    }, 50 + 61 * (round % 11));
    const codes = await Promise.all(installers.map(ended));
    clearTimeout(kill);
    count.killed += codes.filter((code) => code === null).length;
    count.installers += codes.length;
    expect(codes.filter((code) => code !== 0 && code !== null)).toEqual([]);

    // One that was killed may have left something: the next one puts that right, whichever it is.
    const last = wanted[round % wanted.length];
    expect(await ended(host.start(last))).toBe(0);
    clearInterval(foreign);
    expect(host.foreign.found).toBe(host.foreign.wanted);
    count.foreign += host.writes;
    expect(host.provenPlan).toBe(planHash(last));

    const alone = new SharedHost();
    await ended(alone.start(last));
    expect(host.tree).toEqual(alone.tree);
  }
  expect(count.killed).toBeGreaterThan(0);
}, 3_600_000);
