import { REMOVED_KUBELET_FLAGS } from '../../src/platform/removed-kubelet-flags';

/** From the release notes of the changes that are named as sources. */
test('knows the flags that went with dockershim, with the choice of a runtime and with the sandbox image', () => {
  const byRelease = (release: string) => REMOVED_KUBELET_FLAGS.filter(({ removedIn }) => removedIn === release).map(({ flag }) => flag);
  expect(byRelease('1.24')).toEqual([
    '--cni-bin-dir', '--cni-cache-dir', '--cni-conf-dir', '--docker-endpoint', '--experimental-dockershim-root-directory',
    '--image-pull-progress-deadline', '--network-plugin', '--network-plugin-mtu',
  ]);
  expect(byRelease('1.27')).toEqual(['--container-runtime']);
  expect(byRelease('1.35')).toEqual(['--pod-infra-container-image']);
});

test.each(REMOVED_KUBELET_FLAGS)('$flag has a source and says what there is today', ({ source, today }) => {
  expect(source).toMatch(/^https:\/\/github\.com\/kubernetes\/kubernetes\/pull\/\d+$/);
  expect(today).not.toBe('');
});
