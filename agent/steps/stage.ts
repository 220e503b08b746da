import { RuntimePlan } from '../../src/installer/install-plan';
import { ArchiveFiles } from '../artifact/archive-files';
import { baseConfigContent } from '../artifact/base-config';
import { archiveFor, archiveId } from '../artifact/release-source';
import { stageArtifact } from '../artifact/staging';
import { Refusal } from '../refusal';
import { failHandler, Run, Step } from '../transaction';

/** Brings the releases to their folders. Nothing uses them yet, so there is nothing to undo. */
export const stage: Step = {
  name: 'stage',
  remedy: 'check the release with its checksums, the mirror or proxy, and the disk of this node',
  async apply(run) {
    const archives = new ArchiveFiles(run.node.host);
    try {
      await stageAll(run, archives);
    } finally {
      archives.clear();
    }
  },
};

async function stageAll(run: Run, archives: ArchiveFiles): Promise<void> {
  const done = new Map<string, Promise<void>>();
  const { runtimes } = run;
  for (const [index, runtime] of runtimes.entries()) {
    const { directory } = runtime.artifact;
    const staged = done.get(directory) ?? stageRuntime(run, runtime, archives);
    done.set(directory, staged);
    try {
      await staged;
      // Handlers of one release may begin with different files of it.
      baseConfigContent(run.node.host, runtime);
    } catch (error) {
      // Of an archive they say what is wrong with it, not what to do.
      failHandler(run, runtime, stage, error instanceof Refusal ? new Refusal(`${error.message}; ${stage.remedy}`) : error as Error);
    }
    removeUnneeded(run, runtime, runtimes.slice(index + 1), archives);
  }
}

async function stageRuntime({ node }: Run, { artifact }: RuntimePlan, archives: ArchiveFiles): Promise<void> {
  // What is on the node already was looked at before.
  if (artifact.kind === 'node') return;
  await stageArtifact(node.host, artifact, node.architecture, await node.runningShims(), archives);
}

/** An archive takes as much room as a release: it goes as soon as no later release is unpacked from it. */
function removeUnneeded({ node }: Run, { artifact }: RuntimePlan, later: readonly RuntimePlan[], archives: ArchiveFiles): void {
  if (artifact.kind !== undefined) return;
  const { architecture } = node;
  const archive = archiveFor(artifact, architecture);
  const needed = later.some(({ artifact: other }) => other.kind === undefined && archiveId(archiveFor(other, architecture)) === archiveId(archive));
  if (!needed) node.host.tryTo(() => archives.remove(archive));
}
