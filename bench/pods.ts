/// <reference path="../agent/zstd.d.ts" />
/**
 * What a sandbox costs a Pod, on one node with a real containerd: Pods of runc and of gVisor in turn, from the request
 * for the sandbox to the first line that the container prints, then the memory of Pods that idle. Prints both side by
 * side, with ratios. Linux, root, Go; the number of Pods is an argument.
 */
import { randomUUID } from 'node:crypto';
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { ArtifactMirror } from '../e2e/node/artifact-mirror';
import { gvisorArchive } from '../e2e/node/gvisor-archive';
import { busyboxImage, nodeImage, pauseImage } from '../e2e/node/images';
import { runInstall } from '../e2e/node/installer-run';
import { nodeConfig } from '../e2e/node/node-config';
import { synthesizeInstaller } from '../e2e/node/synthesized-installer';
import { TestNode } from '../e2e/node/test-node';
import { TestPod } from '../e2e/node/test-pod';
import { commandLineOf, processesInCgroup, readProcess } from '../e2e/real-cluster/processes';
import { GVISOR_RELEASE } from '../e2e/toolchain';
import { missingRequirements } from '../e2e/toolchain/requirements';

const CONTAINERD = '2.3';
/** '' is the node's default, runc. */
const HANDLERS = ['', 'runsc'] as const;
type Handler = typeof HANDLERS[number];

/** Pods of one kind that are there at the same time while their memory is read. */
const IDLE_PODS = 10;
const SETTLE_MS = 3000;
const MEBIBYTE = 1024 * 1024;

/** Pods of each kind whose start is timed. */
const runs = Number(process.argv[2] ?? 31);

/** Milliseconds since the sandbox was asked for. */
interface Start {
  readonly sandbox: number;
  readonly container: number;
  readonly firstLine: number;
  readonly removal: number;
}

interface Memory {
  /** Resident memory of all processes of the Pod and of its shim; what they share with others is divided among them. */
  readonly processes: number;
  /** What the kernel charges to the control group of the Pod, which is what limits and evictions go by. */
  readonly cgroup: number;
}

const run = (node: TestNode, handler: Handler) => TestPod.run(node, { name: `pod-${randomUUID().slice(0, 8)}`, handler });
const MAIN = { name: 'main', image: busyboxImage().reference, command: ['/bin/sh', '-c', 'echo up; exec sleep 1000'] };

async function timeStart(node: TestNode, handler: Handler): Promise<Start> {
  const startedAt = performance.now();
  const since = () => performance.now() - startedAt;
  const pod = await run(node, handler);
  const sandbox = since();
  const container = await pod.start(MAIN);
  const running = since();
  while (!container.log().includes('up')) await sleep(1);
  const firstLine = since();
  await pod.remove();
  return { sandbox, container: running, firstLine, removal: since() - firstLine };
}

async function readMemory(node: TestNode, handler: Handler): Promise<Memory[]> {
  const pods: TestPod[] = [];
  try {
    for (let index = 0; index < IDLE_PODS; index++) {
      pods.push(await run(node, handler));
      await pods[index].start(MAIN);
    }
    await sleep(SETTLE_MS);
    const ofNode = processesInCgroup(node.name);
    return pods.map((pod) => {
      const shim = ofNode.filter((pid) => commandLineOf(pid).includes(`-id ${pod.sandboxId}`));
      const processes = new Set([...processesInCgroup(`pod${pod.uid}`), ...shim]);
      return { processes: [...processes].reduce((sum, pid) => sum + residentBytes(pid), 0) / MEBIBYTE, cgroup: chargedBytes(node, pod) / MEBIBYTE };
    });
  } finally {
    for (const pod of pods) await pod.remove();
  }
}

function residentBytes(pid: number): number {
  return Number(/^Pss:\s+(\d+)/m.exec(readProcess(pid, 'smaps_rollup'))?.[1] ?? 0) * 1024;
}

/** With control groups of version 2 or 1. */
function chargedBytes(node: TestNode, pod: TestPod): number {
  const files = ['memory.current', 'memory.usage_in_bytes'].flatMap((name) => ['-o', '-path', `*/pod${pod.uid}/${name}`]).slice(1);
  const [file] = node.exec('find', '/sys/fs/cgroup', ...files).trim().split('\n');
  return Number(node.exec('cat', file));
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

function report(what: string, unit: string, [runc, gvisor]: readonly number[]): void {
  const digits = unit === 'ms' ? 0 : 1;
  console.log(`| ${what} | ${runc.toFixed(digits)} ${unit} | ${gvisor.toFixed(digits)} ${unit} | ${(gvisor / runc).toFixed(1)} |`);
}

async function measure(node: TestNode): Promise<void> {
  const starts: { [handler in Handler]: Start[] } = { '': [], 'runsc': [] };
  for (let index = 0; index <= runs; index++) {
    // In turn, and each as often first: a slow moment of the machine hits both.
    for (const handler of index % 2 ? HANDLERS : [...HANDLERS].reverse()) {
      const start = await timeStart(node, handler);
      // The first ones warm the disk's cache.
      if (index > 0) starts[handler].push(start);
    }
  }
  const memory = [await readMemory(node, ''), await readMemory(node, 'runsc')];

  console.log(`\ncontainerd ${CONTAINERD}, gVisor ${GVISOR_RELEASE} (built from its Go module), ${cpus().length} processors;`
    + ` medians of ${runs} Pods of each kind, in turn; memory of ${IDLE_PODS} idle ones`);
  console.log('\n| one Pod with one container (busybox) | runc | gVisor | gVisor over runc |\n|---|---|---|---|');
  const times: readonly [keyof Start, string][] = [
    ['sandbox', 'asked for until its sandbox is there'],
    ['container', 'until its container runs'],
    ['firstLine', 'until the first line of its log'],
    ['removal', 'its removal'],
  ];
  for (const [step, what] of times) report(what, 'ms', HANDLERS.map((handler) => median(starts[handler].map((start) => start[step]))));
  report('memory of its processes, shim included', 'MiB', memory.map((pods) => median(pods.map(({ processes }) => processes))));
  report('memory charged to its control group', 'MiB', memory.map((pods) => median(pods.map(({ cgroup }) => cgroup))));
}

async function main(): Promise<void> {
  if (!Number.isInteger(runs) || runs < 1) throw new Error(`the number of Pods must be a whole number of at least 1, got ${process.argv[2]}`);
  const missing = missingRequirements();
  if (missing.length) throw new Error(`bench/pods.ts cannot run here:\n${missing.map((line) => `  - ${line}`).join('\n')}`);
  const mirror = await ArtifactMirror.start();
  let node: TestNode | undefined;
  try {
    const archive = await gvisorArchive(GVISOR_RELEASE);
    mirror.serve(archive);
    const image = nodeImage();
    node = await TestNode.start({ containerd: CONTAINERD, files: nodeConfig(CONTAINERD) });
    node.importImages([pauseImage(), busyboxImage(), image]);
    (await runInstall(node, synthesizeInstaller(mirror, archive), image.reference)).requireReady('runsc');
    await measure(node);
  } finally {
    await node?.stop();
    await mirror.stop();
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
