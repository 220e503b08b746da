import { App, Chart } from 'cdk8s';
import { parseAllDocuments } from 'yaml';
import type { ArtifactMirror } from './artifact-mirror';
import type { GVisorArchive } from './gvisor-archive';
import { Manifest, one } from './installer-run';
import { PID_FILE } from './test-node';
import { GVisorRelease, GVisorRuntime, NodeInstaller, NodePlatform, NodeRestart } from '../../src';
import type { InstallPlan } from '../../src/installer/install-plan';
import { planHash } from '../../src/installer/plan-hash';
import { PLAN_HASH_ANNOTATION } from '../../src/installer/pod-layout';

/** What a user's app gives for these nodes: the YAML, read back. */
export function synthesize(
  mirror: ArtifactMirror, runtimes: (chart: Chart) => void, platform: NodePlatform = containerdUnder(NodeRestart.supervisedProcess(PID_FILE)),
): Manifest[] {
  const app = new App();
  const chart = new Chart(app, 'sandbox', { namespace: 'sandbox-system' });
  new NodeInstaller(chart, 'installer', {
    platform,
    artifactMirror: mirror.url,
  });
  runtimes(chart);
  return parseAllDocuments(app.synthYaml()).map(document => document.toJS());
}

/**
 * An installer of one gVisor release. The release has no `gvisor_sentry` (the Go module of
 * gVisor has none), and it is one day older than the security floor.
 */
export function synthesizeInstaller(mirror: ArtifactMirror, archive: GVisorArchive, restart?: NodeRestart): Manifest[] {
  return synthesize(mirror, chart => addGVisor(chart, archive), restart && containerdUnder(restart));
}

function containerdUnder(restart: NodeRestart): NodePlatform {
  return NodePlatform.containerd({ restart });
}

export function addGVisor(chart: Chart, archive: GVisorArchive, names: { handler?: string; runtimeClassName?: string } = {}): void {
  const arch = { x64: 'amd64Sha512', arm64: 'arm64Sha512' }[process.arch as string]!;
  const release = GVisorRelease.of(archive.release, { [arch]: archive.sha512, requiredFiles: [], allowBelowSecurityFloor: true });
  new GVisorRuntime(chart, 'gvisor', { release, ...names });
}

/** The same installer, told to take everything back. */
export function takingBack(manifests: readonly Manifest[]): Manifest[] {
  const copy: Manifest[] = structuredClone([...manifests]);
  const daemonSet = one(copy, 'DaemonSet');
  const map = (suffix: string) => one(copy, 'ConfigMap', `${daemonSet.metadata.name}-${suffix}`);
  const plan: InstallPlan = { ...JSON.parse(map('plan').data['plan.json']), desiredState: 'ABSENT' };
  map('plan').data['plan.json'] = JSON.stringify(plan);
  const files = Object.entries<string>(map('files').data).map(([key, content]) => [`files/${key}`, content]);
  const hash = planHash({ ...map('plan').data, ...map('agent').data, ...Object.fromEntries(files) });
  daemonSet.spec.template.metadata.annotations[PLAN_HASH_ANNOTATION] = hash;
  return copy;
}
