import { CriClient } from './cri/cri-client';
import { RunningPod } from './node';
import { isProbe } from './prove';

/** The Pods whose sandbox is up, by the CRI; ours for proofs are none. */
export async function runningPods(socket: string): Promise<RunningPod[]> {
  const cri = new CriClient(socket);
  try {
    const sandboxes = await cri.listPodSandboxes();
    return sandboxes.filter((sandbox) => sandbox.state === 'READY' && !isProbe(sandbox))
      .map(({ handler, namespace, name }) => ({ handler, namespace, name }));
  } finally {
    cri.close();
  }
}
