import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scratchFolders } from './scratch-folder';
import { lastWords } from '../../agent/last-words';

const scratch = scratchFolders();

function terminationLog(): string {
  const file = join(scratch(), 'termination-log');
  writeFileSync(file, '');
  return file;
}

test('leaves the message in the file of the kubelet', () => {
  const file = terminationLog();
  lastWords('runsc failed at stage: the checksum differs', file);
  expect(readFileSync(file, 'utf8')).toBe('runsc failed at stage: the checksum differs');
});

test('keeps to the size that the kubelet takes, from the beginning', () => {
  const file = terminationLog();
  lastWords(`cause ${'é'.repeat(5000)}`, file);
  expect(readFileSync(file).length).toBe(4096);
  expect(readFileSync(file, 'utf8')).toMatch(/^cause é/);
});

test('makes no file where nobody will read it', () => {
  const file = join(scratch(), 'termination-log');
  lastWords('nobody listens', file);
  expect(existsSync(file)).toBe(false);
});

test('does not fail the run where it cannot be written', () => {
  const folder = join(scratch(), 'termination-log');
  mkdirSync(folder);
  expect(() => lastWords('a folder', folder)).not.toThrow();
});
