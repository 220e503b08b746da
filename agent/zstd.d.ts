import type { Transform } from 'node:stream';

// The library is typed for Node.js 20; the agent runs on 24, which can read zstd.
declare module 'node:zlib' {
  export function createZstdDecompress(): Transform;
  export function zstdCompressSync(data: Buffer, options?: { readonly chunkSize?: number }): Buffer;
}
