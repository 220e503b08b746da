/**
 * What the library costs at synth, as whole processes side by side: the quickstart against a bare cdk8s app, and
 * 10,000 sandboxed Pods against the same Pods without a sandbox. Prints medians of interleaved runs, and fails if a
 * figure is above its bound.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const APPS = join(__dirname, 'apps');

/**
 * The quickstart may cost 50 ms on a machine on which the bare app takes 82 ms. The speed of a machine changes with what
 * else runs on it, so the bound is their ratio.
 */
const QUICKSTART = (82 + 50) / 82;

// Node.js reads these certificates whenever it starts: half of a bare app's time, which would hide what the library costs.
const { NODE_EXTRA_CA_CERTS: _, ...ENV } = process.env;
const outdir = mkdtempSync(join(tmpdir(), 'synth-'));

function milliseconds(app: string, ...args: string[]): number {
  const start = performance.now();
  const run = spawnSync(process.execPath, [join(APPS, app), ...args, outdir], { stdio: ['ignore', 'ignore', 'inherit'], env: ENV });
  if (run.status !== 0) throw new Error(`${app} ${args.join(' ')} exited with ${run.status}`);
  return performance.now() - start;
}

/** Medians of several commands whose runs alternate, so that a slow moment hits all of them. */
function medians(runs: number, ...commands: string[][]): number[] {
  const times: number[][] = commands.map(() => []);
  for (let run = 0; run <= runs; run++) {
    commands.forEach(([app, ...args], i) => {
      const took = milliseconds(app, ...args);
      if (run > 0) times[i].push(took); // the first run warms the disk cache
    });
  }
  return times.map((all) => all.sort((a, b) => a - b)[Math.floor(all.length / 2)]);
}

let failed = false;
function report(what: string, value: string, ok: boolean) {
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${what}: ${value}`);
  failed ||= !ok;
}

try {
  const [bare, quickstart] = medians(61, ['bare.js'], ['quickstart.js']);
  report(`the quickstart against a bare cdk8s app, at most ${QUICKSTART.toFixed(2)}`,
    `${(quickstart / bare).toFixed(2)} (${quickstart.toFixed(0)} against ${bare.toFixed(0)} ms: ${(quickstart - bare).toFixed(0)} ms more)`,
    quickstart / bare <= QUICKSTART);

  for (const charts of ['1', '50']) {
    const [plain, sandboxed] = medians(3, ['pods.js', 'plain', '10000', charts], ['pods.js', 'sandboxed', '10000', charts]);
    report(`10,000 Pods in ${charts} chart(s), sandboxed over plain, at most 1.3`,
      `${(sandboxed / plain).toFixed(2)} (${sandboxed.toFixed(0)} against ${plain.toFixed(0)} ms)`, sandboxed / plain <= 1.3);
  }

  // Linear: what one Pod more costs us does not grow with their number. cdk8s' own time is taken off first.
  const sizes = ['2500', '10000'];
  const [smallPlain, small, largePlain, large] = medians(3,
    ...sizes.flatMap((pods) => [['pods.js', 'plain', pods, '10'], ['pods.js', 'sandboxed', pods, '10']]));
  const ratio = (large / largePlain) / (small / smallPlain);
  report('cost ratio of 10,000 Pods over that of 2,500, at most 1.2', ratio.toFixed(2), ratio <= 1.2);
} finally {
  rmSync(outdir, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);
