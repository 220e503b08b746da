/** One line of the agent's log: the step, the file or handler it is about, what happened, and how long it took. */
export function log(step: string, subject: string, message: string, startedAt?: number): void {
  const took = startedAt === undefined ? '' : ` (${Math.round(performance.now() - startedAt)} ms)`;
  console.log(`${step}: ${subject}${subject && ': '}${message}${took}`);
}
