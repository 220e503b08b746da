import { App, Chart } from 'cdk8s';
import { parseAllDocuments } from 'yaml';
import type { ArtifactMirror } from './artifact-mirror';
import type { GVisorArchive } from './gvisor-archive';
import { Manifest, one } from './installer-run';
import { PID_FILE } from './test-node';
import { GVisorRelease, GVisorRuntime, type GVisorRuntimeProps, NodeInstaller, type NodeInstallerProps, NodePlatform, NodeRestart } from '../../src';
import { planHash, sha256 } from '../../src/installer/plan-hash';
import { PLAN_HASH_ANNOTATION } from '../../src/installer/pod-layout';

/** What a user's app gives for these nodes: the YAML, read back. */
export function synthesize(
  mirror: ArtifactMirror, runtimes: (chart: Chart) => void, platform: NodePlatform = containerdUnder(NodeRestart.supervisedProcess(PID_FILE)),
  props: NodeInstallerProps = {},
): Manifest[] {
  const app = new App();
  const chart = new Chart(app, 'sandbox', { namespace: 'sandbox-system' });
  new NodeInstaller(chart, 'installer', {
    platform,
    artifactMirror: mirror.url,
    ...props,
  });
  runtimes(chart);
  return parseAllDocuments(app.synthYaml()).map(document => document.toJS());
}

/**
 * An installer of one gVisor release. The release has no `gvisor_sentry` (the Go module of
 * gVisor has none), and it is one day older than the security floor.
 */
export function synthesizeInstaller(mirror: ArtifactMirror, archive: GVisorArchive, restart?: NodeRestart, props?: NodeInstallerProps): Manifest[] {
  return synthesize(mirror, chart => addGVisor(chart, archive), restart && containerdUnder(restart), props);
}

function containerdUnder(restart: NodeRestart): NodePlatform {
  return NodePlatform.containerd({ restart });
}

export function addGVisor(chart: Chart, archive: GVisorArchive, props: Partial<GVisorRuntimeProps> = {}): void {
  new GVisorRuntime(chart, 'gvisor', { release: gvisorReleaseOf(archive), ...props });
}

/** The release of an archive, for the processor of this machine. */
export function gvisorReleaseOf(archive: GVisorArchive): GVisorRelease {
  const arch = { x64: 'amd64Sha512', arm64: 'arm64Sha512' }[process.arch as string]!;
  return GVisorRelease.of(archive.release, { [arch]: archive.sha512, requiredFiles: [], allowBelowSecurityFloor: true });
}

/** The same installer, told to take everything back. */
export function takingBack(manifests: readonly Manifest[]): Manifest[] {
  return changed(manifests, plan => { plan.desiredState = 'ABSENT'; });
}

/** The same installer with another plan or other files, and with the hash that they have. */
export function changed(manifests: readonly Manifest[], change: (plan: any, files: { [key: string]: string }) => void): Manifest[] {
  const copy: Manifest[] = structuredClone([...manifests]);
  const daemonSet = one(copy, 'DaemonSet');
  const map = (suffix: string) => one(copy, 'ConfigMap', `${daemonSet.metadata.name}-${suffix}`);
  const plan = JSON.parse(map('plan').data['plan.json']);
  change(plan, map('files').data);
  map('plan').data['plan.json'] = JSON.stringify(plan);
  const files = Object.entries<string>(map('files').data).map(([key, content]) => [`files/${key}`, content]);
  const hash = planHash({ ...map('plan').data, ...map('agent').data, ...Object.fromEntries(files) });
  daemonSet.spec.template.metadata.annotations[PLAN_HASH_ANNOTATION] = hash;
  return copy;
}

/** The same installer with other settings of the kubelet than the library would ever write. */
export function withKubeletFile(manifests: readonly Manifest[], change: (content: string) => string): Manifest[] {
  return changed(manifests, ({ kubelet: { file } }, files) => {
    files[file.key] = change(files[file.key]);
    file.sha256 = sha256(files[file.key]);
  });
}
