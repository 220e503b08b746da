import { readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BundleFolder } from './kube/bundle-folder';
import { readBundle } from '../../agent/bundle';

let folder: BundleFolder;

beforeEach(() => {
  folder = new BundleFolder({ handlers: ['runsc'] });
});

afterEach(() => folder.remove());

test('reads the plan and the files, and has the hash that the Pod template has', () => {
  const { plan, files, hash } = readBundle(folder.bundle);
  expect(plan.runtimes.map(({ handler }) => handler)).toEqual(['runsc']);
  expect(files).toEqual({ 'runsc.toml': '# first\n' });
  expect(hash).toBe(folder.hash);
});

test('reads through the links by which a kubelet swaps a projected volume', () => {
  renameSync(join(folder.bundle, 'files'), join(folder.bundle, '..data'));
  symlinkSync('..data', join(folder.bundle, 'files'));
  expect(readBundle(folder.bundle).hash).toBe(folder.hash);
});

test.each(['plan.json', 'agent.js', 'files/runsc.toml'])('another %s is another hash', (name) => {
  const path = join(folder.bundle, name);
  writeFileSync(path, `${readFileSync(path, 'utf8')} `);
  expect(readBundle(folder.bundle).hash).not.toBe(folder.hash);
});

test('refuses a plan of another format', () => {
  writeFileSync(join(folder.bundle, 'plan.json'), '{"format": 2}');
  expect(() => readBundle(folder.bundle)).toThrow(/has format 2, this agent reads format 1; synthesize and apply all objects/);
});
