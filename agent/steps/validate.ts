import { wantedTables } from './handler-tables';
import { log } from '../log';
import { Step } from '../transaction';

/** Tries containerd's new configuration beside the running one. Nothing of the host is touched. */
export const validate: Step = {
  name: 'validate',
  async apply(run) {
    const changes = run.changes.filter(({ purpose }) => purpose === 'containerd');
    run.changesContainerd = false;
    if (!changes.length) return;
    const startedAt = performance.now();
    run.changesContainerd = await run.node.validateContainerd(changes, wantedTables(run));
    const effect = run.changesContainerd ? 'containerd reads only our handlers differently, and its CRI comes up' : 'containerd reads nothing differently';
    log('validate', changes.map(({ path }) => path).join(', '), effect, startedAt);
  },
};
