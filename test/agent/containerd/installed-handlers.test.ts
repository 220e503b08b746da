import { tables } from './fixtures';
import { HostFiles, withFiles } from '../../../agent/containerd/host-files';
import { planContainerdChanges } from '../../../agent/containerd/plan-changes';
import { Refusal } from '../../../agent/refusal';
import type { ContainerdPlatformPlan } from '../../../src/installer/install-plan';
import { NodePlatform } from '../../../src/platform/node-platform';

const NOTHING: HostFiles = { read: () => undefined, list: () => [], sees: () => true };
const RUNTIMES = 'plugins."io.containerd.cri.v1.runtime".containerd.runtimes';
const K3S = '/var/lib/rancher/k3s/agent/etc/containerd';

function withTexts(files: HostFiles, texts: { readonly [path: string]: string }): HostFiles {
  return withFiles(files, new Map(Object.entries(texts).map(([path, text]) => [path, Buffer.from(text)])));
}

/** Where containerd reads drop-ins: the file that imports them, its first line, and their folder. */
describe.each([
  [NodePlatform.CONTAINERD, '/etc/containerd/config.toml', '', '/etc/containerd/conf.d'],
  [NodePlatform.K3S, `${K3S}/config.toml`, '', `${K3S}/config-v3.toml.d`],
  [NodePlatform.K0S, '/etc/k0s/containerd.toml', '# k0s_managed=true\n', '/etc/k0s/containerd.d'],
  [NodePlatform.FLATCAR, '/usr/share/containerd/config.toml', '', '/etc/containerd/conf.d'],
])('a table of others for one handler, on %#', (platform, main, first, folder) => {
  const plan = (files: HostFiles, kept: readonly string[] = []) => planContainerdChanges({
    platform: platform._plan() as ContainerdPlatformPlan,
    containerdVersion: '2.1.4',
    files,
    owner: 'a/b',
    handlers: ['other', 'runsc'].map((handler) => ({ ...tables(handler), kept: kept.includes(handler) })),
  });

  const text = `${first}version = 3\nimports = ["${folder}/*.toml"]\n[${RUNTIMES}.runc]\nruntime_type = "io.containerd.runc.v2"\n`;
  const before = withTexts(NOTHING, { [main]: text });
  const installed = withFiles(before, new Map(plan(before).map(({ path, after }) => [path, after])));
  const taken = withTexts(installed, { [`${folder}/kata.toml`]: `[${RUNTIMES}.other]\nruntime_type = "io.containerd.kata-qemu.v2"\n` });

  test('is refused where the handler is to be brought to the plan', () => {
    expect(plan(installed)).toEqual([]);
    expect(() => plan(taken)).toThrow(Refusal);
  });

  test('does not keep the others from being looked after where it only stays for its Pods', () => {
    expect(plan(taken, ['other'])).toEqual([]);
    expect(() => plan(taken, ['runsc'])).toThrow(Refusal);
  });
});
