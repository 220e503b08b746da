import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { scratchFolders } from './scratch-folder';
import { copy } from '../../agent/copy';

const scratch = scratchFolders();
const FOLDER = '/copies/8878e275eeb6';
const IMAGE_FOLDER = '/opt/kata-artifacts/tarballs';

let lines: string[];
beforeEach(() => {
  lines = [];
  jest.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
});

/** A container of the image, with the plan of handlers that take these archives of it. */
function container(files: { [name: string]: string }, ...handlers: string[][]) {
  const root = scratch();
  const put = (path: string, content: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  };
  for (const [name, content] of Object.entries(files)) put(`${IMAGE_FOLDER}/${name}`, content);
  const image = (copies: string, names: string[]) => ({ artifact: { kind: 'image', image: 'kata@sha256:8878', imageFolder: IMAGE_FOLDER, copies, archives: { amd64: { names }, arm64: { names: ['arm'] } } } });
  const runtimes = [...handlers.map((names) => image(FOLDER, names)), image('/copies/other', ['other']), { artifact: { archives: {} } }, { artifact: { kind: 'node', files: {} } }];
  put('/bundle/plan.json', JSON.stringify({ format: 1, runtimes }));
  put('/bundle/agent.js', '');
  const copies = join(root, FOLDER);
  return {
    copy: (folder = FOLDER, architecture = 'amd64') => copy({ folder, bundle: join(root, 'bundle'), root, architecture }),
    list: () => (existsSync(copies) ? readdirSync(copies).sort() : []),
    read: (name: string) => readFileSync(join(copies, name), 'utf8'),
    put,
  };
}

test('copies what the handlers need of the image on this architecture, each archive once', async () => {
  const pod = container({ qemu: 'QEMU', kernel: 'kernel', clh: 'CLH', firecracker: 'FC', other: 'x', arm: 'x' }, ['kernel', 'qemu'], ['clh', 'kernel']);
  await pod.copy();
  expect(pod.list()).toEqual(['clh', 'kernel', 'qemu']);
  expect(pod.read('qemu')).toBe('QEMU');
  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatch(/^copy: .*\/copies\/8878e275eeb6\/kernel: 0\.0 MB \(\d+ ms\)$/);
});

test('leaves one that the image lacks to install, and copies the others', async () => {
  const pod = container({ kernel: 'kernel' }, ['qemu', 'kernel']);
  await pod.copy();
  expect(pod.list()).toEqual(['kernel']);
  expect(lines[0]).toMatch(/tarballs\/qemu: is not in this image$/);
});

test('copies nothing twice, and again what was only half copied', async () => {
  const pod = container({ kernel: 'kernel', qemu: 'QEMU' }, ['kernel', 'qemu']);
  await pod.copy();
  pod.put(`${FOLDER}/qemu`, 'QE');
  await pod.copy();
  expect(pod.read('qemu')).toBe('QEMU');
  expect(lines.slice(2).map((line) => line.replace(/.*\//, ''))).toEqual(['kernel: is there already', expect.stringMatching(/^qemu: 0\.0 MB/)]);
  expect(pod.list()).toEqual(['kernel', 'qemu']);
});

test('copies nothing of an image that the mounted plan does not have, and is no failure', async () => {
  const pod = container({ kernel: 'kernel' }, ['kernel']);
  await pod.copy('/copies/older');
  expect([pod.list(), lines]).toEqual([[], ['copy: /copies/older: the plan takes nothing from this image']]);
});

test('copies nothing on an architecture that the plan does not have', async () => {
  const pod = container({ kernel: 'kernel' }, ['kernel']);
  await pod.copy(FOLDER, 's390x');
  expect(pod.list()).toEqual([]);
});
