import type { ArtifactMirror } from './artifact-mirror';
import type { GVisorArchive } from './gvisor-archive';
import { nodeImage } from './images';
import { runInstallUntilVerdict } from './installer-run';
import { synthesizeInstaller } from './synthesized-installer';
import type { TestNode } from './test-node';
import { treeSnapshot } from './tree-snapshot';

/** Installs an archive and expects a refusal that says why and leaves configuration, releases and containerd alone. */
export async function expectRefusal(node: TestNode, mirror: ArtifactMirror, archive: GVisorArchive, says: RegExp): Promise<void> {
  const state = () => ({ configuration: treeSnapshot(node, '/etc/containerd'), releases: node.files('/opt/sandbox-runtimes'), pid: node.containerdPid() });
  const before = state();
  const run = await runInstallUntilVerdict(node, synthesizeInstaller(mirror, archive), nodeImage().reference);
  expect(run.handler('runsc')).toMatchObject({ verdict: 'failed', reason: expect.stringMatching(says) });
  expect(run.exitCode).toBe(0);
  expect(state()).toEqual(before);
}
