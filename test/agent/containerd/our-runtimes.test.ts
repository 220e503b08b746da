import { tables } from './fixtures';
import { dropInText } from '../../../agent/containerd/drop-in';
import { servedRuntimes, writtenRuntimes } from '../../../agent/containerd/our-runtimes';
import { CriRuntime, CriStatus } from '../../../agent/cri/cri-client';
import { renderContainerdTable } from '../../../src/platform/containerd-config';

const SHIM = '/opt/sandbox-runtimes/gvisor/20260928.0/containerd-shim-runsc-v1';

function status(runtimes: { readonly [handler: string]: CriRuntime }): CriStatus {
  return { conditions: [], handlers: undefined, config: { containerd: { runtimes } } };
}

const served = { runc: { runtimePath: '', options: null }, runsc: { runtimePath: SHIM, options: { ConfigPath: '/opt/sandbox-runtimes/config/runsc/20260928.0.toml' } } };

test.each(['v2', 'v3'] as const)('a containerd that has read the drop-in with %s tables has the same as is written there', (section) => {
  expect(servedRuntimes(status(served))).toBe(writtenRuntimes(dropInText([tables('runsc')[section]], 'a/b')));
});

test('one that still has the old release, or the old configuration, has not read it', () => {
  const written = writtenRuntimes(dropInText([tables('runsc', '20261005.0').v3], 'a/b'));
  expect(servedRuntimes(status(served))).not.toBe(written);
  expect(servedRuntimes(status({ runsc: { ...served.runsc, runtimePath: SHIM.replace('20260928', '20261005') } }))).not.toBe(written);
});

test('one that has nothing of ours is as if the drop-in were gone', () => {
  expect(servedRuntimes(status({ runc: served.runc, kata: { runtimePath: '/opt/kata/bin/containerd-shim-kata-v2' } }))).toBe(writtenRuntimes(''));
});

describe.each([
  ['gVisor', '/opt/gvisor/containerd-shim-runsc-v1', '/opt/sandbox-runtimes/config/runsc/20260928.0-ab.toml'],
  ['Kata', '/opt/kata/bin/containerd-shim-kata-v2', '/opt/sandbox-runtimes/config/kata-qemu/4.2.0-ab/configuration-qemu.toml'],
])('a release of %s that the node has itself', (_runtime, runtimePath, ConfigPath) => {
  const tableOf = { handler: 'onnode', runtimeType: 'io.containerd.x.v1', runtimePath, configPath: ConfigPath, podAnnotations: [] };
  const onNode = { onnode: { runtimePath, options: { ConfigPath } } };

  test.each(['v2', 'v3'] as const)('is waited for until containerd has read the drop-in with %s tables', (section) => {
    const written = writtenRuntimes(dropInText([renderContainerdTable(section, tableOf)], 'a/b'));
    expect(servedRuntimes(status({ runc: served.runc }))).not.toBe(written);
    expect(servedRuntimes(status({ runc: served.runc, ...onNode }))).toBe(written);
  });

  test('is waited for until containerd has it no more when it is taken back, alone or beside another', () => {
    expect(servedRuntimes(status({ runc: served.runc, ...onNode }))).not.toBe(writtenRuntimes(''));
    const other = writtenRuntimes(dropInText([tables('runsc').v3], 'a/b'));
    expect(servedRuntimes(status({ ...served, ...onNode }))).not.toBe(other);
    expect(servedRuntimes(status(served))).toBe(other);
  });
});
