import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CriClient, CriStatus, isNotFound, PodSandbox, PodSandboxConfig } from './cri/cri-client';
import { NAMESPACE_MODE, SECCOMP_PROFILE } from './cri/cri-messages';
import { log } from './log';

/** How long the parts of a proof took, in milliseconds. */
export interface ProofTimings {
  readonly run: number;
  readonly stop: number;
  readonly remove: number;
}

export interface ProofOptions {
  /** Limit for starting the sandbox. @default 30000 */
  readonly timeoutMs?: number;
  /** The runtime may not report its handlers at all; running one is proof enough then. @default false */
  readonly mayBeUnlisted?: boolean;
}

/** Label of our sandboxes, by which those of a killed run are found; its value is the proof's own id. */
const PROBE_LABEL = 'sandbox-runtimes/probe';
const RUN_TIMEOUT_MS = 30_000;
/** CRI-O kills a sandbox that does not react only when the caller's deadline has passed: the next try finds it ended. */
const STOP_TIMEOUT_MS = 4_000;
const STOP_TRIES = 3;
const REMOVED_WITHIN_MS = 2_000;
const REMOVE_POLL_MS = 100;
/** The kubelet stops sandboxes that it does not know; it can only hit the moment between run and check by chance. */
const ATTEMPTS = 3;

/** Proves that the runtime serves a handler: it is listed, and a pod sandbox of it starts, is ready, stops and is removed. */
export async function proveHandler(socket: string, handler: string, options: ProofOptions = {}): Promise<ProofTimings> {
  return prove(socket, handler, options);
}

/** The same for the runtime that Pods without a RuntimeClass get. */
export async function proveDefaultRuntime(socket: string, options: ProofOptions = {}): Promise<ProofTimings> {
  return prove(socket, '', options);
}

/** Whether it is a sandbox of a proof, and so no Pod. */
export function isProbe({ labels }: PodSandbox): boolean {
  return PROBE_LABEL in labels;
}

async function prove(socket: string, handler: string, { timeoutMs = RUN_TIMEOUT_MS, mayBeUnlisted = false }: ProofOptions): Promise<ProofTimings> {
  const cri = new CriClient(socket);
  try {
    await removeLeftovers(cri);
    const status = await cri.status();
    if (status.handlers || !mayBeUnlisted) requireListed(status, handler);
    for (let attempt = 1; ; attempt++) {
      const proof = await probe(cri, handler, cgroupParent(status), timeoutMs);
      if (proof.state === 'READY') return proof.timings;
      if (attempt === ATTEMPTS) {
        throw new Error(`a pod sandbox of ${named(handler)} started but was not ready right after (${ATTEMPTS} attempts): it is ${proof.state}`);
      }
    }
  } finally {
    cri.close();
  }
}

function requireListed(status: CriStatus, handler: string): void {
  if (handler === '') return;
  const handlers = status.handlers ?? Object.keys(status.config?.containerd?.runtimes ?? {});
  if (handlers.includes(handler)) return;
  const listed = handlers.filter(Boolean).sort().join(', ') || 'none';
  throw new Error(`the container runtime does not serve ${named(handler)}; its handlers are: ${listed}`);
}

/**
 * A runtime that leaves cgroups to systemd refuses a sandbox whose parent is not a slice. As the kubelet does, all
 * handlers follow the driver of the default one.
 */
function cgroupParent({ config }: CriStatus): string {
  const defaultRuntime = config?.containerd?.runtimes?.[config.containerd.defaultRuntimeName ?? ''];
  return defaultRuntime?.options?.SystemdCgroup ? 'system.slice' : '';
}

interface Probe {
  readonly state: 'READY' | 'NOTREADY' | 'gone';
  readonly timings: ProofTimings;
}

async function probe(cri: CriClient, handler: string, parent: string, timeoutMs: number): Promise<Probe> {
  const uid = randomUUID();
  let id: string;
  const startedAt = performance.now();
  try {
    id = await cri.runPodSandbox(probeConfig(uid, parent), handler, timeoutMs);
  } catch (error) {
    // What a failed or abandoned start left behind has no id that we were told.
    await removeProbe(cri, uid).catch(() => {});
    throw new Error(`no pod sandbox of ${named(handler)} could be started: ${(error as Error).message}`);
  }
  const run = performance.now() - startedAt;
  let state: Probe['state'];
  try {
    state = await cri.podSandboxStatus(id).then((sandbox) => sandbox.state, (error: unknown) => {
      if (isNotFound(error)) return 'gone' as const;
      throw error;
    });
  } catch (error) {
    await remove(cri, id).catch(() => {});
    throw error;
  }
  return { state, timings: { run, ...await remove(cri, id) } };
}

/** Stops and removes a sandbox; one that is gone already is as good. */
async function remove(cri: CriClient, id: string): Promise<Pick<ProofTimings, 'stop' | 'remove'>> {
  const startedAt = performance.now();
  try {
    await stop(cri, id);
  } catch (error) {
    // Removing one that would not stop is still worth the try.
    await cri.removePodSandbox(id).catch(() => {});
    throw error;
  }
  const stoppedAt = performance.now();
  await removeStopped(cri, id, stoppedAt + REMOVED_WITHIN_MS);
  return { stop: stoppedAt - startedAt, remove: performance.now() - stoppedAt };
}

async function stop(cri: CriClient, id: string, tries = STOP_TRIES): Promise<void> {
  try {
    await ignoreNotFound(cri.stopPodSandbox(id, STOP_TIMEOUT_MS));
  } catch (error) {
    if (tries === 1) throw error;
    await stop(cri, id, tries - 1);
  }
}

/** CRI-O learns that what it has stopped has ended a moment later, and until then wants to stop it once more. */
async function removeStopped(cri: CriClient, id: string, deadline: number): Promise<void> {
  for (;;) {
    try {
      return await ignoreNotFound(cri.removePodSandbox(id));
    } catch (error) {
      if (performance.now() >= deadline) throw error;
      await sleep(REMOVE_POLL_MS);
    }
  }
}

/** Removes the probes of earlier runs. One that hangs with its runtime stays, which must not keep another handler from being proven. */
async function removeLeftovers(cri: CriClient): Promise<void> {
  for (const { id } of (await cri.listPodSandboxes()).filter(isProbe)) {
    await remove(cri, id).catch((error: Error) => log('prove', `sandbox ${id} of an earlier proof`, `is left, as it cannot be removed: ${error.message}`));
  }
}

/** Removes what is there of one probe. */
async function removeProbe(cri: CriClient, uid: string): Promise<void> {
  for (const { id, labels } of await cri.listPodSandboxes()) {
    if (labels[PROBE_LABEL] === uid) await remove(cri, id);
  }
}

async function ignoreNotFound(call: Promise<void>): Promise<void> {
  await call.catch((error) => {
    if (!isNotFound(error)) throw error;
  });
}

/** Network of the node: the handler is proven, not the CNI plugin. */
function probeConfig(uid: string, parent: string): PodSandboxConfig {
  return {
    metadata: { name: 'probe', namespace: 'sandbox-runtimes', uid, attempt: 0 },
    labels: { [PROBE_LABEL]: uid },
    linux: {
      cgroupParent: parent,
      securityContext: {
        namespaceOptions: { network: NAMESPACE_MODE.NODE, pid: NAMESPACE_MODE.CONTAINER, ipc: NAMESPACE_MODE.POD },
        seccomp: { profileType: SECCOMP_PROFILE.RUNTIME_DEFAULT },
      },
    },
  };
}

function named(handler: string): string {
  return handler === '' ? 'the default runtime' : `handler "${handler}"`;
}
