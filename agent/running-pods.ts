import { CriClient, isNotFound, PodSandbox } from './cri/cri-client';
import { RunningPod } from './node';
import { isProbe } from './prove';

/** Says which handler a sandbox has, where the list of sandboxes does not. */
export type HandlerOf = (cri: CriClient, sandbox: PodSandbox) => Promise<string>;

/** The Pods whose sandbox is up, by the CRI; ours for proofs are none. */
export async function runningPods(socket: string, handlerOf: HandlerOf = async (_, { handler }) => handler): Promise<RunningPod[]> {
  const cri = new CriClient(socket);
  try {
    const sandboxes = (await cri.listPodSandboxes()).filter((sandbox) => sandbox.state === 'READY' && !isProbe(sandbox));
    const pods = await Promise.all(sandboxes.map(async (sandbox) => {
      try {
        return [{ handler: await handlerOf(cri, sandbox), namespace: sandbox.namespace, name: sandbox.name }];
      } catch (error) {
        // One that has ended since it was listed runs no more.
        if (isNotFound(error)) return [];
        throw error;
      }
    }));
    return pods.flat();
  } finally {
    cri.close();
  }
}

/** So many are named. */
const NAMED = 5;

/** Pods as a message names them. */
export function podNames(pods: readonly RunningPod[]): string {
  const names = [...pods.slice(0, NAMED).map(({ namespace, name }) => `${namespace}/${name}`), ...(pods.length > NAMED ? ['...'] : [])];
  return `${pods.length} ${pods.length === 1 ? 'Pod' : 'Pods'} (${names.join(', ')})`;
}
