import { App, Chart } from 'cdk8s';
import { parseAllDocuments } from 'yaml';
import type { ArtifactMirror } from './artifact-mirror';
import type { GVisorArchive } from './gvisor-archive';
import type { Manifest } from './installer-run';
import { PID_FILE } from './test-node';
import { GVisorRelease, GVisorRuntime, NodeInstaller, NodePlatform, NodeRestart } from '../../src';

/**
 * What a user's app gives for these nodes: the YAML, read back. The release has no `gvisor_sentry` (the Go module of
 * gVisor has none), and it is one day older than the security floor.
 */
export function synthesizeInstaller(mirror: ArtifactMirror, archive: GVisorArchive): Manifest[] {
  const app = new App();
  const chart = new Chart(app, 'sandbox', { namespace: 'sandbox-system' });
  new NodeInstaller(chart, 'installer', {
    platform: NodePlatform.containerd({ restart: NodeRestart.supervisedProcess(PID_FILE) }),
    artifactMirror: mirror.url,
  });
  const arch = { x64: 'amd64Sha512', arm64: 'arm64Sha512' }[process.arch as string]!;
  const release = GVisorRelease.of(archive.release, { [arch]: archive.sha512, requiredFiles: [], allowBelowSecurityFloor: true });
  new GVisorRuntime(chart, 'gvisor', { release });
  return parseAllDocuments(app.synthYaml()).map(document => document.toJS());
}
