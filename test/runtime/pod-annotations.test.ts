import { validatePodAnnotations } from '../../src/runtime/pod-annotations';

test('takes no annotations, and harmless ones by their names', () => {
  expect(() => validatePodAnnotations([], false)).not.toThrow();
  expect(() => validatePodAnnotations([
    'dev.gvisor.spec.mount.data.share',
    'dev.gvisor.spec.mount.data.type',
    'dev.gvisor.empty-dir.data.force-shared',
    'dev.gvisor.flag.debug',
    'example.com/owner',
  ], false)).not.toThrow();
});

test.each([
  ['dev.gvisor.*', ['talk to each Unix domain socket', 'override flags of runsc', 'opens as root', 'write to any folder']],
  ['*', ['talk to each Unix domain socket', 'leave its cgroup']],
  ['dev.gvisor.flag.*', ['talk to each Unix domain socket', 'override flags of runsc']],
  ['dev.gvisor.flag.s*', ['override flags of runsc']],
  ['dev.gvisor.sp?c.rootfs.source', ['opens as root']],
  ['dev.gvisor.[fi]*', ['override flags of runsc', 'write to any folder']],
])('refuses the wildcard %s without opt-in and says what a Pod could do by it', (pattern, opened) => {
  expect(() => validatePodAnnotations([pattern], false)).toThrow(`podAnnotations has the wildcard "${pattern}", by which a Pod could`);
  expect(() => validatePodAnnotations([pattern], false)).toThrow('set allowWildcardPodAnnotations if everybody');
  for (const text of opened) {
    expect(() => validatePodAnnotations([pattern], false)).toThrow(text);
  }
  expect(() => validatePodAnnotations([pattern], true)).not.toThrow();
});

test('accuses a wildcard of no more than it opens', () => {
  expect(() => validatePodAnnotations(['dev.gvisor.spec.mount.*'], false))
    .toThrow(/^podAnnotations has the wildcard "dev\.gvisor\.spec\.mount\.\*"; name each annotation, or set/);
  expect(() => validatePodAnnotations(['dev.gvisor.flag.s*'], false)).not.toThrow('socket');
});

test.each([
  ['dev.gvisor.flag.host-uds', 'socket'],
  ['dev.gvisor.spec.rootfs.source', 'opens as root'],
  ['dev.gvisor.tar.rootfs.upper', 'unpacked into its root file system'],
  ['dev.gvisor.bundle.experimental-high-performance', 'replace the platform'],
])('refuses the dangerous %s without opt-in', (name, reason) => {
  expect(() => validatePodAnnotations([name], false)).toThrow(reason);
  expect(() => validatePodAnnotations([name], false)).toThrow('by the runtime\'s own options');
  expect(() => validatePodAnnotations([name], true)).not.toThrow();
});

test.each([
  'dev.gvisor.internal.checkpoint.path',
  'dev.gvisor.internal.*',
  'dev.gvisor.spec.cgroup-parent',
  'dev.gvisor.container-name-remap.1',
])('refuses %s with the opt-in, too, because only the shim sets it', (name) => {
  for (const optIn of [false, true]) {
    expect(() => validatePodAnnotations([name], optIn)).toThrow(`podAnnotations has "${name}", which only gVisor's shim sets`);
  }
});

test('recognises the spelling io.gvisor and proposes the right one', () => {
  expect(() => validatePodAnnotations(['io.gvisor.spec.mount.data.share'], true)).toThrow('write "dev.gvisor.spec.mount.data.share"');
});

test.each(['', 'dev gvisor', 'dev.gvisor.[', 'dev.gvisor.[]x', 'dev.gvisor.]', 'dev.gvisor.\\*', 'a"b'])('refuses "%s", which is no pattern', (pattern) => {
  expect(() => validatePodAnnotations([pattern], true)).toThrow('podAnnotations must be names of annotations');
});

test('judges every pattern of the list', () => {
  expect(() => validatePodAnnotations(['dev.gvisor.flag.debug', 'dev.gvisor.*'], false)).toThrow('wildcard "dev.gvisor.*"');
});
