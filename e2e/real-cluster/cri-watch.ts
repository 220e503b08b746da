import { setTimeout as sleep } from 'node:timers/promises';
import { figure } from './figures';
import { CriClient } from '../../agent/cri/cri-client';

const PERIOD_MS = 10;

/** Runs something, and prints and returns for how long the CRI gave no answer meanwhile. */
export async function watchingCri(what: string, socket: string, run: () => Promise<void>): Promise<readonly number[]> {
  const watch = new CriWatch(socket);
  try {
    await run();
  } finally {
    await watch.stop();
  }
  for (const gap of watch.gaps) figure(`${what}: CRI away`, gap, 'ms');
  return watch.gaps;
}

/** Asks the CRI for its status every few milliseconds, and remembers for how long it gave no answer. */
class CriWatch {
  /** How long it was away, in milliseconds, for each time that it was. */
  readonly gaps: number[] = [];
  private stopped = false;
  private readonly loop: Promise<void>;

  constructor(private readonly socket: string) {
    this.loop = this.watch();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.loop;
  }

  private async watch(): Promise<void> {
    let answeredAt = performance.now();
    for (let away = false; !this.stopped; await sleep(PERIOD_MS)) {
      if (await this.answers()) {
        if (away) this.gaps.push(performance.now() - answeredAt);
        answeredAt = performance.now();
        away = false;
      } else {
        away = true;
      }
    }
  }

  private async answers(): Promise<boolean> {
    const cri = new CriClient(this.socket, 1_000);
    try {
      return (await cri.status()).conditions.some(({ type, status }) => type === 'RuntimeReady' && status);
    } catch {
      return false;
    } finally {
      cri.close();
    }
  }
}
