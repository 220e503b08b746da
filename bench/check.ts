/**
 * What the check costs, as whole processes: 10,000 Pods against js-yaml's loadAll of the same text, start-up against
 * bare Node.js, and, where it can be built, kubeconform beside it with the same text. Prints medians of interleaved
 * runs, and fails if a figure is above its bound.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubeconform } from '../e2e/toolchain/kubeconform';

const COMMAND = join(__dirname, '..', 'bin', 'cdk8s-sandbox-runtimes');
const RUNS = 9;

const folder = mkdtempSync(join(tmpdir(), 'check-'));
const manifests = join(folder, 'pods.yaml');
writeFileSync(manifests, Array.from({ length: 10_000 }, (_, index) => `apiVersion: v1
kind: Pod
metadata:
  name: web-${index}
  namespace: team-a
  labels:
    app: web
spec:
  runtimeClassName: gvisor
  automountServiceAccountToken: false
  containers:
    - name: web
      image: nginxinc/nginx-unprivileged:1.29
      resources:
        limits:
          cpu: "1"
          memory: 128Mi
`).join('---\n'));

/** Median milliseconds and memory of commands whose runs alternate, so that a slow moment hits all of them. */
function medians(...commands: string[][]): Array<{ milliseconds: number; mebibytes: number }> {
  const runs = commands.map(() => [] as Array<{ milliseconds: number; mebibytes: number }>);
  for (let run = 0; run <= RUNS; run++) {
    for (const [index, [program, ...args]] of commands.entries()) {
      const start = performance.now();
      const { status, stderr, error } = spawnSync('/usr/bin/env', ['time', '-f', '%M', program, ...args], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
      if (error || (status !== 0 && status !== 1)) throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${error ?? stderr}`);
      // The first run warms the disk's cache.
      if (run > 0) runs[index].push({ milliseconds: performance.now() - start, mebibytes: Number(stderr.trim().split('\n').at(-1)) / 1024 });
    }
  }
  return runs.map((all) => all.sort((one, other) => one.milliseconds - other.milliseconds)[Math.floor(all.length / 2)]);
}

let failed = false;
function report(what: string, value: string, ok: boolean): void {
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${what}: ${value}`);
  failed ||= !ok;
}

/**
 * A schema of what these Pods have: those of Kubernetes would have to be downloaded, and are longer, so that kubeconform
 * does less here than it usually does.
 */
function writePodSchema(): string {
  const text = { type: 'string' };
  const object = (properties: object, required: readonly string[] = Object.keys(properties)) => ({ type: 'object', properties, required, additionalProperties: false });
  const schema = object({
    apiVersion: { enum: ['v1'] },
    kind: { enum: ['Pod'] },
    metadata: object({ name: text, namespace: text, labels: { type: 'object', additionalProperties: text } }),
    spec: object({
      runtimeClassName: text,
      automountServiceAccountToken: { type: 'boolean' },
      containers: { type: 'array', items: object({ name: text, image: text, resources: object({ limits: { type: 'object', additionalProperties: text } }) }) },
    }),
  });
  writeFileSync(join(folder, 'pod.json'), JSON.stringify(schema));
  return join(folder, '{{ .ResourceKind }}.json');
}

async function peer(): Promise<string | undefined> {
  try {
    return await kubeconform();
  } catch (error) {
    console.log(`     kubeconform is left out, because it cannot be built here: ${(error as Error).message.split('\n')[0]}`);
    return undefined;
  }
}

async function main(): Promise<void> {
  const node = process.execPath;
  const [bare, started] = medians([node, '-e', '0'], [node, COMMAND, '--version']);
  const startUp = started.milliseconds - bare.milliseconds;
  report('start-up over bare Node.js, at most 100 ms', `${startUp.toFixed(0)} ms (${started.milliseconds.toFixed(0)} against ${bare.milliseconds.toFixed(0)})`, startUp <= 100);

  const loadAll = `require(${JSON.stringify(require.resolve('js-yaml'))}).loadAll(require('fs').readFileSync(${JSON.stringify(manifests)}, 'utf8'))`;
  const program = await peer();
  const beside = program === undefined ? [] : [[program, '-strict', '-summary', '-schema-location', writePodSchema(), manifests]];
  const [jsYaml, check, other] = medians([node, '-e', loadAll], [node, COMMAND, 'check', '--external', 'gvisor', manifests], ...beside);
  const ratio = check.milliseconds / jsYaml.milliseconds;
  report('10,000 Pods over js-yaml\'s loadAll of them, at most 1.5',
    `${ratio.toFixed(2)} (${check.milliseconds.toFixed(0)} against ${jsYaml.milliseconds.toFixed(0)} ms)`, ratio <= 1.5);
  report('memory of that, at most 512 MiB', `${check.mebibytes.toFixed(0)} MiB (js-yaml ${jsYaml.mebibytes.toFixed(0)})`, check.mebibytes <= 512);
  if (other) {
    console.log(`     10,000 Pods over kubeconform, which judges each by its schema: ${(check.milliseconds / other.milliseconds).toFixed(2)} `
      + `(${other.milliseconds.toFixed(0)} ms, ${other.mebibytes.toFixed(0)} MiB)`);
  }
}

main().finally(() => rmSync(folder, { recursive: true, force: true })).then(() => process.exit(failed ? 1 : 0), (error) => {
  console.error(error);
  process.exit(1);
});
