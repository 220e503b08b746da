import { basename } from 'node:path';
import { file } from './handler-tables';
import { requireSurvivors } from './require-survivors';
import { KUBEADM_CONFIG_VARIABLE } from '../../src/platform/kubeadm-unit';
import { configArgumentsNow, configArgumentsOf } from '../kubelet/systemd-drop-in';
import { log } from '../log';
import { Run, RUNTIME_REMEDY, Step } from '../transaction';

/** Activates the container runtime's files once for all handlers, and only where it does not do already what its files say. */
export const restart: Step = {
  name: 'restart',
  remedy: RUNTIME_REMEDY,
  async apply(run) {
    if (run.changesContainerRuntime || takesKubelet(run) || await lacksHandler(run)) {
      // Once more: Pods may have come since, and what only was not read yet has not been validated.
      await requireSurvivors(run);
      run.restarted = true;
      await activate(run);
    }
    await restartKubelet(run);
    await requireTaken(run);
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

/** The journal says so: the plan may have changed since a run died. */
function takesKubelet({ journal }: Run): boolean {
  return journal?.kubelet?.kind === 'embedded';
}

async function restartKubelet(run: Run): Promise<void> {
  const { node, journal } = run;
  if (!journal?.kubelet || takesKubelet(run)) return;
  const startedAt = performance.now();
  await node.kubelet.restart(journal.kubelet);
  log('restart', journal.kubelet.unit, 'runs again', startedAt);
}

/** A drop-in that sorts after ours may set the variable, too. */
async function requireTaken({ node, plan, files, journal }: Run): Promise<void> {
  const { kubelet } = plan;
  if (!journal?.kubelet || kubelet?.kind !== 'systemd' || plan.desiredState === 'ABSENT') return;
  const [wanted, found] = [configArgumentsOf(file(files, kubelet.file.key)), configArgumentsNow(await node.kubelet.unit(kubelet.unit))];
  if (found === wanted) return;
  throw new Error(`${kubelet.unit} was restarted with ${KUBEADM_CONFIG_VARIABLE}="${found}" and not with "${wanted}": a drop-in of the unit whose name comes after `
    + `${basename(kubelet.file.path)} sets it again; take it out there, or set configDir of the KubeletSettings`);
}
