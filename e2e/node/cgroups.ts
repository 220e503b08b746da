import { existsSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Removes a cgroup and those below it from every hierarchy; their processes are dead or about to be. */
export async function removeCgroups(name: string): Promise<void> {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n').filter(line => / - cgroup2? /.test(line)).map(line => line.split(' ')[4]);
  for (const cgroup of mounts.map(mount => join(mount, name)).filter(existsSync)) {
    for (let attempt = 0; existsSync(cgroup); attempt++) {
      try {
        removeTree(cgroup);
      } catch (error) {
        // The kernel lets go of killed processes a moment later.
        if (attempt === 100) throw error;
        await sleep(50);
      }
    }
  }
}

function removeTree(cgroup: string): void {
  for (const entry of readdirSync(cgroup, { withFileTypes: true })) if (entry.isDirectory()) removeTree(join(cgroup, entry.name));
  rmdirSync(cgroup);
}
