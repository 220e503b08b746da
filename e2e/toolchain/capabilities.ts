import { readFileSync } from 'node:fs';

const CAP_SYS_RESOURCE = 24n;

/**
 * Whether this machine may lower OOM scores and raise limits. Some CI machines may not; there runc needs
 * `restrict_oom_score_adj` and gVisor's shim a patch.
 */
export function hasSysResource(): boolean {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return BigInt(`0x${effective}`) / 2n ** CAP_SYS_RESOURCE % 2n === 1n;
}
