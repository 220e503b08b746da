import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { twoPools } from './two-pools';
import { runCommandLine } from '../../src/cli/command-line';
import { pod, runtimeClass } from '../lineup/fixture';

const PICTURES = join(__dirname, '..', '..', 'docs', 'pictures');
const cluster = twoPools();

function graph(manifests: readonly unknown[], ...options: string[]) {
  return runCommandLine(['graph', ...options, '-'], { standardInput: () => JSON.stringify(manifests), colors: false });
}

test.each([['line-up.svg', ['--format', 'svg', '--title', 'Two pools, three runtimes, twenty workloads']], ['line-up.mmd', []]])('docs/pictures/%s shows what is drawn today', (file, options) => {
  const { status, output, complaint } = graph(cluster, ...options);
  expect({ status, complaint }).toEqual({ status: 0, complaint: '' });
  if (process.env.UPDATE_PICTURES) writeFileSync(join(PICTURES, file), output);
  expect(output).toBe(readFileSync(join(PICTURES, file), 'utf8'));
});

test('draws a picture that needs nothing from elsewhere', () => {
  const { output } = graph(cluster, '--format', 'svg');
  expect(output).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" /);
  expect(output.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|href|<script|<image|@import|url\(/);
  expect(Buffer.byteLength(output)).toBeLessThan(20_000);
});

test('marks what is broken', () => {
  const { output } = graph([pod('web', { runtimeClassName: 'gvisr' }), runtimeClass('kata', 'kata-qemu')], '--format', 'svg');
  expect(output).toContain('there is no such class');
  expect(output).toContain('nothing here installs it');
  expect(output).toContain('1 object with errors');
  expect(graph([pod('web', { runtimeClassName: 'gvisr' })]).output).toMatch(/missing\d+\{\{"no RuntimeClass gvisr"\}\}:::broken/);
});

test.each(['svg', 'mermaid'])('keeps names from becoming %s', (format) => {
  const { output } = graph([pod('"]<script>x</script>', { runtimeClassName: 'a"];b' })], '--format', format);
  expect(output).not.toContain('<script>');
  expect(output).not.toContain('a"];b');
});
