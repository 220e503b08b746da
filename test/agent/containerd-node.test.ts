import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tables } from './containerd/fixtures';
import { FakeCri } from './cri/fake-cri';
import { PLATFORM } from './installation';
import { scratchFolders } from './scratch-folder';
import { dropInText } from '../../agent/containerd/drop-in';
import { appendBlock } from '../../agent/containerd/marked-block';
import { ContainerdNode } from '../../agent/containerd-node';
import { Host } from '../../agent/host/host';

const scratchFolder = scratchFolders();

const OWNER = 'a/b';
const OURS = {
  runtimePath: '/opt/sandbox-runtimes/gvisor/20260928.0/containerd-shim-runsc-v1',
  options: { ConfigPath: '/opt/sandbox-runtimes/config/runsc/20260928.0.toml' },
};

let cri: FakeCri;
let configFile: string;
let dropInFile: string;
let node: ContainerdNode;

beforeEach(async () => {
  const root = scratchFolder();
  const socket = join(root, 'containerd.sock');
  cri = await FakeCri.listen(socket);
  [configFile, dropInFile] = [join(root, 'config.toml'), join(root, 'conf.d/sandbox-runtimes.toml')];
  mkdirSync(dirname(dropInFile));
  writeFileSync(configFile, 'version = 3\n');
  writeFileSync(dropInFile, dropInText([tables('runsc').v3], OWNER));
  node = new ContainerdNode(new Host(root), { ...PLATFORM, socket, configFile, dropInFile });
  running({ runtimePath: OURS.runtimePath, options: OURS.options });
});

afterEach(() => cri.stop());

function running(runsc: object): void {
  cri.config = { containerd: { defaultRuntimeName: 'runc', runtimes: { runc: { options: { SystemdCgroup: true } }, runsc } } };
}

test('serves what runs as our drop-in says, and what is not ours', async () => {
  expect(await node.servedHandlers()).toEqual(['', 'runc', 'runsc']);
});

test('does not serve a handler that was somebody else\'s when containerd was started, though the files are right again', async () => {
  running({ runtimePath: '', options: {} });
  expect(await node.servedHandlers()).toEqual(['', 'runc']);
});

test('does not serve a handler with the configuration of another release', async () => {
  running({ ...OURS, options: { ConfigPath: '/opt/sandbox-runtimes/config/runsc/20260105.0.toml' } });
  expect(await node.servedHandlers()).toEqual(['', 'runc']);
});

test('holds containerd 1.x to the block of its main file', async () => {
  rmSync(dropInFile);
  writeFileSync(configFile, appendBlock('version = 2\n', tables('runsc').v2, OWNER));
  cri.handlers = [];
  expect(await node.servedHandlers()).toEqual(['runc', 'runsc']);
  running({ runtimePath: '' });
  expect(await node.servedHandlers()).toEqual(['runc']);
});

test('leaves a handler of others alone, and asks no more of a file that somebody has spoilt', async () => {
  writeFileSync(dropInFile, `${dropInText([tables('runsc').v3], OWNER)}[broken\n`);
  running({ runtimePath: '' });
  expect(await node.servedHandlers()).toEqual(['', 'runc', 'runsc']);
});

test('takes a containerd at its word that tells no configuration', async () => {
  cri.config = {};
  expect(await node.servedHandlers()).toEqual(['', 'runc', 'runsc']);
});
