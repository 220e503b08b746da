import * as fc from 'fast-check';
import { flagsIn, sets } from '../../../agent/kubelet/environment-file';

test.each([
  ['in quotes', 'KUBELET_KUBEADM_ARGS="--container-runtime=remote --pod-infra-container-image=registry.k8s.io/pause:3.10"', ['--container-runtime', '--pod-infra-container-image']],
  ['without quotes', 'KUBELET_EXTRA_ARGS=--network-plugin=cni', ['--network-plugin']],
  ['with the value as a word of its own', 'KUBELET_EXTRA_ARGS="--network-plugin cni"', ['--network-plugin']],
  ['with underscores, which the kubelet takes for hyphens', 'KUBELET_EXTRA_ARGS=--network_plugin=cni', ['--network-plugin']],
  ['on a continued line', 'KUBELET_EXTRA_ARGS="--v=2 \\\n  --cni-bin-dir=/opt/cni/bin"', ['--v', '--cni-bin-dir']],
  ['of another variable', 'KUBELET_NETWORK_ARGS=\'--network-plugin=cni --cni-conf-dir=/etc/cni/net.d\'', ['--network-plugin', '--cni-conf-dir']],
  ['with the line ends of Windows', 'A=--v=2\r\nB=--network-plugin\r\n', ['--v', '--network-plugin']],
])('finds flags %s', (_, text, flags) => {
  expect(flagsIn(text)).toEqual(flags);
});

test.each([
  ['a comment', '# KUBELET_EXTRA_ARGS=--network-plugin=cni\n  ; --container-runtime=remote'],
  ['a comment that ends with a backslash', '# --network-plugin=cni \\'],
  ['a value that only has two hyphens in it', 'KUBELET_EXTRA_ARGS=node--network-plugin'],
  ['nothing', ''],
])('finds none in %s', (_, text) => {
  expect(flagsIn(text)).toEqual([]);
});

test('takes a flag for another whose name only begins alike as little as the kubelet does', () => {
  expect(flagsIn('A=--container-runtime-endpoint=unix:///run/containerd/containerd.sock')).toEqual(['--container-runtime-endpoint']);
});

test('finds every flag between whatever else stands there', () => {
  const flag = fc.stringMatching(/^[a-z][a-z-]{0,20}$/).map((name) => `--${name}`);
  fc.assert(fc.property(fc.uniqueArray(flag, { minLength: 1 }), fc.constantFrom(' ', ' \\\n', '=1 '), (flags, between) => {
    expect(flagsIn(`# args\nKUBELET_EXTRA_ARGS="${flags.join(between)}"\n`)).toEqual(flags);
  }));
});

test('tells which variables a file sets', () => {
  const text = 'KUBELET_CONFIG_ARGS_OLD=1\n# KUBELET_EXTRA_ARGS=2\n KUBELET_CONFIG_ARGS=--config=/x\n';
  expect(sets(text, 'KUBELET_CONFIG_ARGS')).toBe(true);
  expect(sets(text, 'KUBELET_EXTRA_ARGS')).toBe(false);
});
