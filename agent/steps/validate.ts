import { file, wantedTables } from './handler-tables';
import { requireSurvivors } from './require-survivors';
import { configArgumentsOf } from '../kubelet/systemd-drop-in';
import { log } from '../log';
import { Run, RUNTIME_REMEDY, Step } from '../transaction';

/** Tries the container runtime's new configuration beside the running one. Nothing of the host is touched. */
export const validate: Step = {
  name: 'validate',
  remedy: RUNTIME_REMEDY,
  async apply(run) {
    await validateKubelet(run);
    const changes = run.changes.filter(({ purpose }) => purpose === 'container runtime');
    run.changesContainerRuntime = false;
    if (!changes.length) return;
    const startedAt = performance.now();
    const { changesBehaviour, finding } = await run.node.validateHandlers(changes, wantedTables(run));
    if (changesBehaviour) await requireSurvivors(run);
    run.changesContainerRuntime = changesBehaviour;
    log('validate', changes.map(({ path }) => path).join(', '), finding, startedAt);
  },
};

/** The node's kubelet reads the arguments that it would get, and ends. What stands in a KubeletConfiguration shows when it restarts. */
async function validateKubelet({ node, plan, files, changes }: Run): Promise<void> {
  const { kubelet } = plan;
  if (kubelet?.kind !== 'systemd' || !changes.some(({ path, after }) => after && path === kubelet.file.path)) return;
  const startedAt = performance.now();
  const args = configArgumentsOf(file(files, kubelet.file.key))?.split(' ') ?? [];
  let complaint: string | undefined;
  try {
    complaint = await node.kubelet.complaint(await node.kubelet.unit(kubelet.unit), args);
  } catch (error) {
    return log('validate', kubelet.file.path, `the kubelet's program cannot be run here: ${(error as Error).message}`, startedAt);
  }
  if (complaint !== undefined) throw new Error(`the kubelet of this node would not start with ${args.join(' ')}: ${complaint}`);
  log('validate', kubelet.file.path, 'the kubelet takes these arguments', startedAt);
}
