import { host, MAIN } from './fixtures';
import { loadConfig } from '../../../agent/containerd/loaded-config';
import { tableSection } from '../../../agent/containerd/runtime-tables';

const V2 = '[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]\n';
const V3 = "[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]\n";
const STREAM = "[plugins.'io.containerd.grpc.v1.cri']\nstream_server_port = '0'\n";
const V1 = '[plugins.cri.containerd.runtimes.runc]\n';

test.each([
  ['version 2 with version 2 tables', `version = 2\n${V2}`, 'v2'],
  ['version 2 without tables', 'version = 2\n', 'v3'],
  ['version 2 with version 3 tables', `version = 2\n${V3}`, 'v3'],
  ['version 2 with both', `version = 2\n${V2}${V3}`, 'v3'],
  ['version 3', `version = 3\n${V3}`, 'v3'],
  ['version 3 with stream settings only', `version = 3\n${STREAM}`, 'v3'],
  ['version 3 without tables', 'version = 3\n', 'v3'],
  ['version 4', `version = 4\n${V3}`, 'v3'],
  ['no version and no tables', 'root = "/x"\n', 'v3'],
  ['no version, but version 2 tables', V2, 'v3'],
  ['version 1 tables', V1, 'v3'],
])('containerd 2.x looks for runtimes by the content of the file: %s', (_, text, section) => {
  expect(tableSection('2.2.9', loadConfig(host({ [MAIN]: text }), MAIN))).toBe(section);
});

test('imported files count as well', () => {
  const imports = 'version = 2\nimports = ["a.toml"]\n';
  expect(tableSection('2.2.9', loadConfig(host({ [MAIN]: imports, '/etc/containerd/a.toml': V2 }), MAIN))).toBe('v2');
  expect(tableSection('2.2.9', loadConfig(host({ [MAIN]: `${imports}${V2}`, '/etc/containerd/a.toml': V3 }), MAIN))).toBe('v3');
  expect(tableSection('2.2.9', loadConfig(host({ [MAIN]: `${imports}${V2}`, '/etc/containerd/a.toml': 'version = 3' }), MAIN))).toBe('v3');
});

test('containerd 1.x knows only version 2 tables', () => {
  expect(tableSection('1.7.35', loadConfig(host({ [MAIN]: 'version = 2\n' }), MAIN))).toBe('v2');
});
