import { log } from '../log';
import { Run, Step } from '../transaction';

/** Activates the container runtime's files once for all handlers, and only where it does not do already what its files say. */
export const restart: Step = {
  name: 'restart',
  async apply(run) {
    if (run.changesContainerRuntime || await lacksHandler(run)) {
      run.restarted = true;
      await activate(run);
    }
    await restartKubelet(run);
  },
  async undo(run) {
    if (run.restarted) await activate(run);
    await restartKubelet(run);
  },
};

/** Files that are in place are of no use to a container runtime that has not read them. */
async function lacksHandler({ node, runtimes }: Run): Promise<boolean> {
  if (!runtimes.length) return false;
  const served = await node.servedHandlers();
  return runtimes.some(({ handler }) => !served.includes(handler));
}

async function activate({ node }: Run): Promise<void> {
  const startedAt = performance.now();
  log('restart', node.containerRuntimeName, await node.activate(), startedAt);
}

async function restartKubelet({ node, journal }: Run): Promise<void> {
  if (!journal?.kubelet) return;
  const startedAt = performance.now();
  await node.restartKubelet(journal.kubelet);
  log('restart', journal.kubelet.unit, 'runs again', startedAt);
}
