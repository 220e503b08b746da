import { host, MAIN } from './fixtures';
import { configNotices, enablesSelinux } from '../../../agent/containerd/config-facts';
import { loadConfig } from '../../../agent/containerd/loaded-config';

const config = (text: string) => loadConfig(host({ [MAIN]: text }), MAIN);

test.each([
  ['[plugins.cri]\nenable_selinux = true\n', true],
  ['[plugins."io.containerd.grpc.v1.cri"]\nenable_selinux = true\n', true],
  ['[plugins."io.containerd.cri.v1.runtime"]\nenable_selinux = true\n', true],
  ['[plugins."io.containerd.cri.v1.runtime"]\nenable_selinux = false\n', false],
  ['version = 2\n', false],
])('sees whether %j labels containers for SELinux: %s', (text, expected) => {
  expect(enablesSelinux(config(text))).toBe(expected);
});

const V2 = '[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.kata]\n';
const V3 = '[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]\n';

test.each(['[plugins.cri]\n', `version = 1\n${V2}`, V2])('tells that containerd 2.0 to 2.2 ignore the CRI settings of %j', (text) => {
  expect(configNotices('2.2.9', config(text))).toEqual([
    `${MAIN} does not state version 2 or 3, so containerd 2.2.9 ignores its CRI settings; from 2.3 on they would count`,
  ]);
  expect(configNotices('2.3.7', config(text))).toEqual([]);
});

test('tells of runtimes that are lost beside version 3 tables', () => {
  expect(configNotices('2.1.5', config(`version = 2\n${V2}${V3}`))).toEqual([
    `${MAIN} has the runtimes kata in version 2 tables next to version 3 tables; containerd 2.1.5 ignores them`,
  ]);
});

test.each(['', 'version = 3\n', `version = 2\n${V2}`, `version = 3\n${V3}`])('has nothing to tell of %j', (text) => {
  expect(configNotices('2.2.9', config(text))).toEqual([]);
  expect(configNotices('1.7.35', config(text))).toEqual([]);
});

test('has nothing to tell of a node without a main file', () => {
  expect(configNotices('2.2.9', [])).toEqual([]);
});
