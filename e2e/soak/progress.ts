const EVERY_MS = 30_000;

/** Says now and then how far a long scenario has come. */
export class Progress {
  private readonly startedAt = performance.now();
  private lastAt = 0;

  constructor(private readonly what: string, private readonly total: number) {}

  done(count: number): void {
    const now = performance.now();
    if (count < this.total && now - this.lastAt < EVERY_MS) return;
    this.lastAt = now;
    const took = (now - this.startedAt) / 1000;
    const left = took / count * (this.total - count);
    process.stdout.write(`progress: ${this.what}: ${count} of ${this.total} after ${Math.round(took)} s, about ${Math.round(left)} s left\n`);
  }
}
