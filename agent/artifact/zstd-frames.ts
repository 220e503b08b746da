import { bits } from './bits';
import { Refusal } from '../refusal';

/** A part of a file that is one zstd frame with data. */
export interface ZstdFrame {
  readonly start: number;
  /** First byte after the frame. */
  readonly end: number;
}

/** Reads exactly so many bytes at a place of a file, fewer only at its end. */
export type ReadAt = (position: number, length: number) => Buffer;

const FRAME_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a5;

/**
 * Finds the frames of a zstd file by walking their block headers. Node.js decompresses only the first frame of a file
 * and takes a cut-off one for complete, without an error in either case; parallel compressors write many frames.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8878#section-3
 */
export function zstdFrames(read: ReadAt, size: number): ZstdFrame[] {
  const frames: ZstdFrame[] = [];
  for (let position = 0; position < size;) {
    const start = position;
    const need = (length: number): Buffer => {
      if (position + length > size) throw new Refusal('the archive is cut off in the middle of its compressed data');
      const bytes = read(position, length);
      position += length;
      return bytes;
    };
    const skip = (length: number) => { position += length; };
    const magic = need(4).readUInt32LE();
    if (bits(magic, 4, 28) === SKIPPABLE_MAGIC) {
      skip(need(4).readUInt32LE());
    } else if (magic === FRAME_MAGIC) {
      walkFrame(need, skip);
      frames.push({ start, end: position });
    } else {
      throw new Refusal(`the archive is not a zstd file: there is no frame at byte ${start}`);
    }
    if (position > size) throw new Refusal('the archive is cut off in the middle of its compressed data');
  }
  if (!frames.length) throw new Refusal('the archive is not a zstd file: it has no frame');
  return frames;
}

function walkFrame(need: (length: number) => Buffer, skip: (length: number) => void): void {
  const [descriptor] = need(1);
  const singleSegment = bits(descriptor, 5, 1);
  const contentSizeFlag = bits(descriptor, 6, 2);
  const windowBytes = 1 - singleSegment;
  const dictionaryBytes = [0, 1, 2, 4][bits(descriptor, 0, 2)];
  const contentSizeBytes = [singleSegment, 2, 4, 8][contentSizeFlag];
  need(windowBytes + dictionaryBytes + contentSizeBytes);
  for (let last = false; !last;) {
    const header = need(3).readUIntLE(0, 3);
    last = bits(header, 0, 1) === 1;
    const type = bits(header, 1, 2);
    if (type === 3) throw new Refusal('the archive is corrupt: a zstd block has the reserved type');
    const runLength = type === 1;
    skip(runLength ? 1 : bits(header, 3, 21));
  }
  const hasChecksum = bits(descriptor, 2, 1);
  need(hasChecksum * 4);
}
