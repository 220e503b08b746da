import { RuntimePlan } from '../../src/installer/install-plan';
import { log } from '../log';
import { Run, RUNTIME_REMEDY, Step } from '../transaction';

/** Some handlers are not served as they should be; the others may be fine. */
export class HandlersNotProven extends Error {
  constructor(readonly failures: readonly { readonly runtime: RuntimePlan; readonly error: Error }[]) {
    super(failures.map(({ runtime, error }) => `handler ${runtime.handler}: ${error.message}`).join('; '));
    this.name = 'HandlersNotProven';
  }
}

/** Runs a pod sandbox or a container on each handler, and one on the default runtime, which everything else on the node needs. */
export const prove: Step = {
  name: 'prove',
  remedy: RUNTIME_REMEDY,
  async apply(run) {
    const failures: { runtime: RuntimePlan; error: Error }[] = [];
    for (const runtime of run.runtimes) {
      const startedAt = performance.now();
      await run.node.proveHandler(runtime.handler).then(
        () => log('prove', `handler ${runtime.handler}`, `${run.node.proof} ran`, startedAt),
        (error: Error) => failures.push({ runtime, error }),
      );
    }
    if (failures.length) throw new HandlersNotProven(failures);
    await proveDefault(run);
  },
  undo: proveDefault,
};

async function proveDefault({ node }: Run): Promise<void> {
  const startedAt = performance.now();
  await node.proveDefaultRuntime();
  log('prove', 'default runtime', `${node.proof} ran`, startedAt);
}
