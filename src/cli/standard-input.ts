import { readSync } from 'node:fs';
import { decoded } from './input/decoded';

const STDIN = 0;
const CHUNK = 1024 * 1024;
const WAIT_MILLISECONDS = 5;

/** All of standard input. A pipe that another program has made non-blocking says that there is nothing yet; then it is asked again. */
export function readStandardInput(maximum: number): string {
  const chunks: Buffer[] = [];
  let size = 0;
  for (;;) {
    const chunk = Buffer.allocUnsafe(CHUNK);
    const read = readChunk(chunk);
    if (read === 0) {
      return decoded(Buffer.concat(chunks));
    }
    size += read;
    if (size > maximum) {
      throw new Error(`it is longer than ${maximum / CHUNK} MiB, which is the most that is read at once; split it`);
    }
    chunks.push(chunk.subarray(0, read));
  }
}

function readChunk(chunk: Buffer): number {
  for (;;) {
    try {
      return readSync(STDIN, chunk);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EOF') {
        return 0;
      }
      if (code !== 'EAGAIN') {
        throw error;
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAIT_MILLISECONDS);
    }
  }
}
