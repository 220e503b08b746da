import { createHash } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import * as fc from 'fast-check';
import { zstdFrames } from '../../../agent/artifact/zstd-frames';
import { Refusal } from '../../../agent/refusal';

const frames = (file: Buffer) => zstdFrames((position, length) => file.subarray(position, position + length), file.length);

/** Bytes of which the compressor makes blocks as they are, the same for the same length. */
function incompressible(length: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 64) }, (_, i) => createHash('sha512').update(String(i)).digest());
  return Buffer.concat(blocks).subarray(0, length);
}

/** More than any of the files: Node.js ends one that fills its buffers exactly with an empty frame more. */
const chunkSize = 1_048_576;

const part = fc.oneof(
  fc.tuple(fc.nat(300_000), fc.boolean()).map(([length, dense]) => {
    const bytes = dense ? incompressible(length) : Buffer.alloc(length);
    return { data: true, bytes: zstdCompressSync(bytes, { chunkSize }) };
  }),
  fc.uint8Array({ maxLength: 20 }).map((bytes) => {
    const header = Buffer.from('502a4d1800000000', 'hex');
    header.writeUInt32LE(bytes.length, 4);
    return { data: false, bytes: Buffer.concat([header, bytes]) };
  }),
);
const parts = fc.array(part, { minLength: 1, maxLength: 5 }).filter((some) => some.some(({ data }) => data));

test('finds every frame with data, and where it begins and ends', () => {
  fc.assert(fc.property(parts, (some) => {
    let start = 0;
    const expected = some.map(({ data, bytes }) => ({ data, start, end: (start += bytes.length) })).filter(({ data }) => data);
    expect(frames(Buffer.concat(some.map(({ bytes }) => bytes)))).toEqual(expected.map(({ start: from, end }) => ({ start: from, end })));
  }), { numRuns: 30 });
});

test('finds the empty frame, too, that Node.js adds to what fills its buffers exactly', () => {
  const filling = zstdCompressSync(incompressible(212_977));
  expect(filling.length - 9).toBe(13 * 16_384);
  expect(frames(filling)).toEqual([{ start: 0, end: 13 * 16_384 }, { start: 13 * 16_384, end: filling.length }]);
});

test('refuses a file that is cut off anywhere but between two frames', () => {
  fc.assert(fc.property(parts, fc.nat(), (some, place) => {
    const file = Buffer.concat(some.map(({ bytes }) => bytes));
    const ends = some.map((_, i) => some.slice(0, i + 1).reduce((sum, { bytes }) => sum + bytes.length, 0));
    const cut = place % file.length;
    fc.pre(!ends.includes(cut));
    expect(() => frames(file.subarray(0, cut))).toThrow(Refusal);
  }), { numRuns: 100 });
});
