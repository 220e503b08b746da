import { dirname, join } from 'node:path';
import { prove } from './prove';
import { requireSurvivors } from './require-survivors';
import { restart } from './restart';
import { write } from './write';
import { HOST_LAYOUT } from '../../src/installer/host-layout';
import { Host } from '../host/host';
import { Journal, readJournal, removeJournal } from '../journal';
import { log } from '../log';
import { otherOwner, readRecord } from '../record';
import { Refusal } from '../refusal';
import { NotRecovered, Run, Step, StepFailure, takeBack } from '../transaction';

/** Completes or undoes what a dead run left, and makes sure that the node is ours. */
export const recover: Step = {
  name: 'recover',
  remedy: 'see on this node what keeps its container runtime from running (journalctl), and put it right',
  async apply(run) {
    const { host } = run.node;
    const journal = readJournal(host);
    sweep(run, journal);
    run.record = readRecord(host);
    if (journal && run.record && run.record.run >= journal.run) {
      removeJournal(host);
      log('recover', '', 'the last run ended after all was recorded, nothing to take back');
    } else if (journal) {
      await takeBackFrom(run, journal);
    }
    requireOwnNode(run);
  },
};

async function takeBackFrom(run: Run, journal: Journal): Promise<void> {
  requireKubeletFile(run, journal);
  await requireSurvivors(run);
  const startedAt = performance.now();
  run.journal = journal;
  run.restarted = true;
  try {
    await takeBack([write, restart, prove], run);
  } catch (error) {
    // It is only on the disk again, where the next run finds it: there is nothing of this run to take back.
    run.journal = undefined;
    const failure = error as StepFailure;
    throw new NotRecovered(`what the last run left, which died at ${journal.step}, could not be taken back (${failure.step.name}): ${failure.message}`);
  }
  log('recover', journal.files.map(({ path }) => path).join(', '), `the last run died at ${journal.step}, all is as before it`, startedAt);
}

/** In a Pod that does not mount the folder of the kubelet's file, one that the dead run has written would seem to be gone, or somebody else's. */
function requireKubeletFile({ node: { host }, plan }: Run, { kubelet, step, files, directories }: Journal): void {
  if (!kubelet) return;
  const unseen = files.find(({ path, after }) => after !== null && path !== plan.kubelet?.file.path
    && !host.stat(dirname(path)) && !directories.includes(dirname(path)));
  if (!unseen) return;
  throw new NotRecovered(`what the last run left, which died at ${step}, cannot be taken back: the folder of ${unseen.path} is not mounted in this Pod; `
    + 'give the NodeInstaller the kubelet settings again that it had, until this node has recovered');
}

function requireOwnNode(run: Run): void {
  const { plan } = run;
  const owner = otherOwner(run);
  // What is to be absent is not there.
  if (owner === undefined || plan.desiredState === 'ABSENT') return;
  throw new Refusal(`this node belongs to the installer ${owner}, and a node belongs to one installer at a time: `
    + `set desiredState of ${owner} to ABSENT and wait until it is done here, or keep ${plan.installer} off this node with its nodeSelector`);
}

/** Removes the unfinished files and folders of dead runs. */
function sweep({ node: { host }, plan: { platform, kubelet, runtimes } }: Run, journal: Journal | undefined): void {
  const folders = [
    ...journal?.files.map(({ path, unfinishedIn }) => unfinishedIn ?? dirname(path)) ?? [],
    HOST_LAYOUT.state, HOST_LAYOUT.opt, ...below(host, HOST_LAYOUT.opt), dirname(platform.configFile),
    ...(platform.kind === undefined ? [dirname(platform.dropInFile)] : []),
    ...runtimes.flatMap(({ sharedConfig }) => (sharedConfig ? [dirname(sharedConfig.path)] : [])),
    ...(kubelet ? [dirname(kubelet.file.path)] : []), ...allBelow(host, HOST_LAYOUT.configs),
  ];
  for (const folder of new Set(folders)) host.sweep(folder);
}

function below(host: Host, folder: string): string[] {
  return host.list(folder).map((name) => join(folder, name));
}

/** A handler's configuration may have folders; there are few. */
function allBelow(host: Host, folder: string): string[] {
  return below(host, folder).flatMap((path) => [path, ...allBelow(host, path)]);
}
