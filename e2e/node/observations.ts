import { randomUUID } from 'node:crypto';
import { OBSERVER_IMAGE } from './images';
import { TestPod, type PodNode, type TestContainerOptions, type TestPodOptions } from './test-pod';

/** What was tried, and how it went: `ok`, the name of an error, or what was read. */
export interface Outcomes { readonly [what: string]: string }

/** A Pod around an observation, and its container. */
export interface Observed {
  /** '' is runc. */
  readonly handler: string;
  readonly pod?: Partial<TestPodOptions>;
  readonly container?: Partial<TestContainerOptions>;
  /** What the observer does, as `observer.c` names it. */
  readonly what: readonly string[];
}

/** Lets the observer try something in a container of its own Pod, and gives its outcomes. */
export async function observe(node: PodNode, { handler, pod: podOptions, container, what }: Observed): Promise<Outcomes> {
  const [program = '/bin/observe'] = container?.command ?? [];
  return withPod(node, handler, podOptions, async pod => {
    const started = await pod.start({ name: 'main', image: OBSERVER_IMAGE, ...container, command: [program, ...what] });
    const { exitCode, message } = await started.exit();
    return { ...outcomes(started.log()), exit: exitCode === 0 ? 'ok' : message.replace(/:.*/s, '') };
  });
}

/** A Pod for as long as it is used. */
export async function withPod<T>(
  node: PodNode, handler: string, options: Partial<TestPodOptions> = {}, use: (pod: TestPod) => Promise<T>,
): Promise<T> {
  const pod = await TestPod.run(node, { name: `pod-${randomUUID().slice(0, 8)}`, handler, ...options });
  try {
    return await use(pod);
  } finally {
    await pod.remove();
  }
}

/** Lines of the observer. */
export function outcomes(log: string): Outcomes {
  return Object.fromEntries([...log.matchAll(/^(\S+) (.*)$/gm)].map(([, what, outcome]) => [what, outcome]));
}
