import { stageArtifact } from '../artifact/staging';
import { failHandler, Step } from '../transaction';

/** Brings the releases to their folders. Nothing uses them yet, so there is nothing to undo. */
export const stage: Step = {
  name: 'stage',
  async apply(run) {
    const { node } = run;
    const done = new Map<string, Promise<void>>();
    for (const runtime of run.runtimes) {
      const { artifact } = runtime;
      const staged = done.get(artifact.directory)
        ?? stageArtifact(node.host, artifact, node.architecture, await node.runningShims());
      done.set(artifact.directory, staged);
      await staged.catch((error: Error) => failHandler(run, runtime, 'stage', error));
    }
  },
};
