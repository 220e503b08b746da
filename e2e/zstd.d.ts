// The library is typed for Node.js 20; these tests run on 24, which can write zstd.
declare module 'node:zlib' {
  export function zstdCompressSync(content: Buffer): Buffer;
}

export {};
