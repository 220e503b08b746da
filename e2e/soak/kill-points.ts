import { AgentRun, Manifest, one, runInstall } from '../node/installer-run';
import type { TestNode } from '../node/test-node';

/**
 * Runs before the agent in its process: counts the points at which it may be killed, and kills it at one of them. A
 * point is right before a call that changes files or makes them durable, that connects to containerd, or that starts a
 * program; what is written in a row to one file counts once.
 */
const KILLER = `
import fs from 'node:fs';
import net from 'node:net';
import childProcess from 'node:child_process';
let points = 0, last = '';
function before(object, name) {
  const real = object[name];
  object[name] = function (...args) {
    const key = name === 'writeSync' ? name + args[0] : '';
    if (!key || key !== last) {
      last = key;
      if (++points === KILL_AT) process.kill(process.pid, 'SIGKILL');
    }
    return real.apply(this, args);
  };
}
for (const name of ['chmodSync', 'fchmodSync', 'fsyncSync', 'ftruncateSync', 'linkSync', 'mkdirSync']) before(fs, name);
for (const name of ['renameSync', 'rmdirSync', 'symlinkSync', 'unlinkSync', 'writeSync']) before(fs, name);
before(net.Socket.prototype, 'connect');
before(childProcess.ChildProcess.prototype, 'spawn');
for (const name of ['spawnSync', 'execFileSync']) before(childProcess, name);
process.on('exit', () => console.log('kill points: ' + points));
`;

export interface KillRun {
  readonly run: AgentRun;
  /** How many points there were; undefined where it was killed at one. */
  readonly points: number | undefined;
}

/** Runs the installer's container `install` and kills the agent at a point; 0 is at none. */
export async function runKilled(node: TestNode, manifests: readonly Manifest[], image: string, killAt: number): Promise<KillRun> {
  const { initContainers } = one(manifests, 'DaemonSet').spec.template.spec;
  const command: string[] = initContainers.find(({ name }: { name: string }) => name === 'install').command;
  const agent = command.indexOf('node') + 1;
  const killer = `data:text/javascript,${encodeURIComponent(KILLER.replace('KILL_AT', String(killAt)))}`;
  const run = await runInstall(node, manifests, image, { command: [...command.slice(0, agent), '--import', killer, ...command.slice(agent)] });
  const counted = /^kill points: (\d+)$/m.exec(run.log)?.[1];
  return { run, points: counted === undefined ? undefined : Number(counted) };
}
