import * as fc from 'fast-check';
import { tar, WrittenEntry } from './tar-writer';
import { TarEntry, TarReader } from '../../../agent/artifact/tar';

/** What a sink is told, content joined. */
function read(archive: Buffer, cuts: readonly number[]): (TarEntry & { content: string })[] {
  const entries: (TarEntry & { content: string })[] = [];
  const reader = new TarReader({
    begin: (entry) => void entries.push({ ...entry, content: '' }),
    content: (bytes) => { entries[entries.length - 1].content += bytes.toString('latin1'); },
    end: () => undefined,
  });
  const places = [0, ...cuts.map((cut) => cut % archive.length).sort((a, b) => a - b), archive.length];
  places.slice(1).forEach((end, i) => reader.push(archive.subarray(places[i], end)));
  reader.finish();
  return entries;
}

const name = fc.stringMatching(/^[a-zé]{1,90}(\/[a-z]{1,90}){0,2}$/);
const entry = fc.record({ name, content: fc.string({ maxLength: 1500, unit: 'binary-ascii' }), mode: fc.integer({ min: 0, max: 0o777 }) });

test.each(['gnu', 'pax'] as const)('reads what was written with %s headers, however it arrives in chunks', (longNames) => {
  fc.assert(fc.property(fc.array(entry, { maxLength: 5 }), fc.array(fc.nat(), { maxLength: 8 }), (entries: WrittenEntry[], cuts) => {
    const expected = entries.map((written) => ({ name: written.name, content: written.content, mode: written.mode, type: 'file' }));
    expect(read(tar(entries, longNames), cuts)).toEqual(expected.map((it) => expect.objectContaining(it)));
  }), { numRuns: 200 });
});
