import { log } from '../log';
import { Run, Step } from '../transaction';

/** Restarts containerd once for all handlers, and only where it does not do already what its files say. */
export const restart: Step = {
  name: 'restart',
  async apply(run) {
    if (run.changesContainerd || await lacksHandler(run)) {
      run.restarted = true;
      await restartContainerd(run);
    }
    await restartKubelet(run);
  },
  async undo(run) {
    if (run.restarted) await restartContainerd(run);
    await restartKubelet(run);
  },
};

/** Files that are in place are of no use to a containerd that has not read them. */
async function lacksHandler({ node, runtimes }: Run): Promise<boolean> {
  if (!runtimes.length) return false;
  const served = await node.servedHandlers();
  return runtimes.some(({ handler }) => !served.includes(handler));
}

async function restartContainerd({ node }: Run): Promise<void> {
  const startedAt = performance.now();
  await node.restartContainerd();
  log('restart', 'containerd', 'runs again and its CRI is ready', startedAt);
}

async function restartKubelet({ node, journal }: Run): Promise<void> {
  if (!journal?.kubelet) return;
  const startedAt = performance.now();
  await node.restartKubelet(journal.kubelet);
  log('restart', journal.kubelet.unit, 'runs again', startedAt);
}
