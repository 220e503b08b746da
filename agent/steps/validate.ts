import { wantedTables } from './handler-tables';
import { log } from '../log';
import { Step } from '../transaction';

/** Tries the container runtime's new configuration beside the running one. Nothing of the host is touched. */
export const validate: Step = {
  name: 'validate',
  async apply(run) {
    const changes = run.changes.filter(({ purpose }) => purpose === 'container runtime');
    run.changesContainerRuntime = false;
    if (!changes.length) return;
    const startedAt = performance.now();
    const { changesBehaviour, finding } = await run.node.validateHandlers(changes, wantedTables(run));
    run.changesContainerRuntime = changesBehaviour;
    log('validate', changes.map(({ path }) => path).join(', '), finding, startedAt);
  },
};
