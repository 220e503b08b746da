import { file, handlerTables } from './handler-tables';
import { requireOwnSharedConfig } from './plan-files';
import { requirePlatform } from './require-platform';
import { HOST_LAYOUT } from '../../src/installer/host-layout';
import { artifactArchitectures, NodeRequirements, RuntimePlan, VersionRequirement } from '../../src/installer/install-plan';
import { checkOnNode } from '../artifact/release-check';
import { isStaged } from '../artifact/staging';
import { deviceProblem } from '../host/devices';
import { atLeast, kernelRelease, memoryBytes, sysctl } from '../host/kernel';
import { isNoExec } from '../host/mounts';
import { checkKubelet } from '../kubelet/check-kubelet';
import { log } from '../log';
import { ContainerRuntimeFacts } from '../node';
import { Refusal } from '../refusal';
import { failHandler, Run, Step } from '../transaction';

/** No release of a sandbox runtime is smaller; what a download really needs is known when it starts. */
const LEAST_FREE_BYTES = 64 * 1024 * 1024;

/** Looks whether this node can do what is planned, before anything is downloaded or written. */
export const preflight: Step = {
  name: 'preflight',
  remedy: 'put that right on this node, or keep the installer off it with its nodeSelector',
  async apply(run) {
    const { runtimes, node, plan, files } = run;
    if (!runtimes.length) return;
    const startedAt = performance.now();
    await requirePlatform(run);
    checkDisk(run);
    const facts = await node.containerRuntime();
    const containerRuntime = `${node.containerRuntimeName} ${facts.version}`;
    checkConfigFile(run, facts);
    if (plan.kubelet && plan.kubelet.kind !== 'embedded') {
      await checkKubelet(node.host, node.kubelet, plan.kubelet, file(files, plan.kubelet.file.key));
    }
    for (const notice of facts.notices) log('preflight', containerRuntime, notice);
    for (const runtime of runtimes) {
      try {
        await checkHandler(run, runtime, facts);
      } catch (error) {
        failHandler(run, runtime, preflight, error as Error);
      }
    }
    const found = `${containerRuntime}, Linux ${kernelRelease(node.host)}, ${node.architecture}`;
    log('preflight', found, `${run.runtimes.length} of ${runtimes.length} handlers can go on`, startedAt);
  },
};

function checkDisk({ node: { host } }: Run): void {
  if (isNoExec(host, HOST_LAYOUT.opt)) {
    throw new Refusal(`${HOST_LAYOUT.opt} is on a file system that is mounted noexec, so no runtime could be started from it: mount it exec on this node`);
  }
  host.makeDirectories(HOST_LAYOUT.opt);
  const free = host.freeBytes(HOST_LAYOUT.opt);
  if (free < LEAST_FREE_BYTES) throw new Error(`${free} bytes are free on the disk of ${HOST_LAYOUT.opt}, and no release fits into less than ${LEAST_FREE_BYTES}: free some space`);
}

/** A table in a file that is not read would be of no use. */
function checkConfigFile({ plan: { platform }, node }: Run, { configFile }: ContainerRuntimeFacts): void {
  if (configFile === undefined || configFile === platform.configFile) return;
  throw new Refusal(`${node.containerRuntimeName} of this node reads ${configFile}, and the platform of the installer says ${platform.configFile}: give it the platform of these nodes`);
}

async function checkHandler(run: Run, runtime: RuntimePlan, { version, selinux }: ContainerRuntimeFacts): Promise<void> {
  const { node, files, plan } = run;
  const { requires, artifact } = runtime;
  const architectures = artifactArchitectures(artifact);
  if (!architectures.includes(node.architecture)) {
    throw new Refusal(`release ${runtime.release} has no archive for ${node.architecture}, only for ${architectures.join(', ')}: `
      + 'add its checksum to the release, or keep the installer off such nodes with its nodeSelector');
  }
  const kernel = kernelRelease(node.host);
  if (!atLeast(kernel, requires.kernel)) throw new Refusal(`${runtime.runtime} needs Linux ${requires.kernel} or newer, and this node has ${kernel}: update its kernel`);
  checkVersion(node.containerRuntimeName, version, requires[node.containerRuntimeName]);
  for (const device of requires.devices) {
    const problem = deviceProblem(node.host, device);
    if (problem) throw new Refusal(problem);
  }
  checkMemory(run, runtime);
  checkRoom(run, runtime);
  await checkSnapshotter(run, runtime);
  if (artifact.kind === 'node') await checkOnNode(node.host, artifact, node.architecture);
  for (const requirement of requires.sysctls) checkSysctl(run, runtime, requirement);
  if (requires.noSelinux && selinux) {
    throw new Refusal(`${node.containerRuntimeName} labels containers for SELinux (${selinux}), which ${runtime.runtime} cannot work with: turn that off on these nodes`);
  }
  requireOwnSharedConfig(run, runtime);
  // What stands in the way of this handler alone: a table of somebody else, or a file that cannot be extended at all.
  await node.planHandlers(plan.installer, [handlerTables(runtime, files)]);
}

function checkMemory({ node }: Run, { runtime, requires }: RuntimePlan): void {
  const found = memoryBytes(node.host);
  const { memoryBytes: needed } = requires;
  if (found === undefined || needed === undefined || found >= needed) return;
  throw new Refusal(`this node has ${mebibytes(found)} MiB of memory, and a sandbox of ${runtime} that does not say its size takes ${mebibytes(needed)} MiB: `
    + 'use larger nodes, or give the runtime a smaller default size');
}

/** Not final: the kubelet removes images when the disk gets full. */
function checkRoom({ node: { host, architecture } }: Run, { runtime, release, artifact, requires }: RuntimePlan): void {
  if (requires.freeBytes === undefined || isStaged(host, artifact, architecture)) return;
  const free = host.freeBytes(HOST_LAYOUT.opt);
  if (free >= requires.freeBytes) return;
  throw new Error(`${runtime} ${release} needs ${mebibytes(requires.freeBytes)} MiB to be downloaded and unpacked, and ${mebibytes(free)} MiB are free on the `
    + `disk of ${HOST_LAYOUT.opt}: free some space`);
}

/** containerd takes a table with a snapshotter that it does not have, and then fails each Pod of the handler. */
async function checkSnapshotter({ node }: Run, { requires: { snapshotter } }: RuntimePlan): Promise<void> {
  if (snapshotter === undefined) return;
  const snapshotters = await node.snapshotters?.() ?? [];
  if (snapshotters.includes(snapshotter)) return;
  throw new Refusal(`containerd of this node has no working snapshotter "${snapshotter}", only ${snapshotters.join(', ')}: `
    + 'set it up and restart containerd, or use nodes that have it');
}

function mebibytes(bytes: number): number {
  return Math.floor(bytes / 1024 / 1024);
}

function checkVersion(name: string, version: string, required: VersionRequirement | undefined): void {
  if (!required) throw new Error(`the plan does not say which ${name} is needed: apply all objects of the installer together`);
  const { minimum, broken } = required;
  if (!atLeast(version, minimum)) throw new Refusal(`the node's ${name} is ${version}, and ${minimum} or newer is needed: update ${name}`);
  const found = broken.find(({ from, to }) => atLeast(version, from) && atLeast(to, version));
  if (found) throw new Refusal(`the node's ${name} is ${version}, and ${found.from} to ${found.to} do not work: ${found.reason}; update ${name}`);
}

function checkSysctl({ node }: Run, { handler }: RuntimePlan, { path, minimum, not, level, reason }: NodeRequirements['sysctls'][number]): void {
  const value = sysctl(node.host, path);
  if (value === undefined) return;
  const name = path.replaceAll('/', '.');
  const wanted = minimum !== undefined && value < minimum ? `at least ${minimum}` : value === not ? `anything but ${not}` : undefined;
  if (!wanted) return;
  const message = `sysctl ${name} is ${value} and should be ${wanted}: ${reason}`;
  if (level === 'fatal') throw new Refusal(message);
  log('preflight', `handler ${handler}`, message);
}
