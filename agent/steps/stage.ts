import { RuntimePlan } from '../../src/installer/install-plan';
import { ArchiveFiles, archiveId } from '../artifact/archive-files';
import { baseConfigContent } from '../artifact/base-config';
import { archiveFor, stageArtifact } from '../artifact/staging';
import { failHandler, Run, Step } from '../transaction';

/** Brings the releases to their folders. Nothing uses them yet, so there is nothing to undo. */
export const stage: Step = {
  name: 'stage',
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
      failHandler(run, runtime, 'stage', error as Error);
    }
    removeUnneeded(run, runtime, runtimes.slice(index + 1), archives);
  }
}

async function stageRuntime({ node }: Run, { artifact }: RuntimePlan, archives: ArchiveFiles): Promise<void> {
  await stageArtifact(node.host, artifact, node.architecture, await node.runningShims(), archives);
}

/** An archive takes as much room as a release: it goes as soon as no later release is unpacked from it. */
function removeUnneeded({ node }: Run, { artifact }: RuntimePlan, later: readonly RuntimePlan[], archives: ArchiveFiles): void {
  const archive = archiveFor(artifact, node.architecture);
  const needed = later.some((other) => archiveId(archiveFor(other.artifact, node.architecture)) === archiveId(archive));
  if (!needed) node.host.tryTo(() => archives.remove(archive));
}
