import { App, Chart } from 'cdk8s';
import { DesiredState, GVisorRelease, GVisorRuntime, type KubeletSettings, NodeInstaller, SandboxedPod } from '../../src';
import type { GVisorArchive } from '../node/gvisor-archive';
import { busyboxImage } from '../node/images';

export const PLATFORM_NAMESPACE = 'sandbox-system';
export const TEAM_NAMESPACE = 'team-a';
/** Name of the installer's DaemonSet. */
export const INSTALLER = 'sandbox-node-installer';
export const SLOT = `${INSTALLER}-slot-0`;

/** A user that the image need not know, and that may not be root. */
const NOBODY = 65534;

export interface QuickstartOptions {
  /** Where the YAML goes: `sandbox.k8s.yaml`, and `team.k8s.yaml` unless all is taken back. */
  readonly outdir: string;
  readonly mirror: string;
  /** The installer's image, by digest. */
  readonly image: string;
  readonly release: GVisorArchive;
  readonly desiredState?: DesiredState;
  readonly maxConcurrentNodes?: number;
  readonly kubelet?: KubeletSettings;
}

/**
 * Synthesizes the README's app, with a mirror, an image and a release of our own. The release has no `gvisor_sentry`
 * (the Go module of gVisor has none), and it is one day older than the security floor.
 */
export function synthesizeQuickstart({ outdir, mirror, image, release, desiredState, maxConcurrentNodes, kubelet }: QuickstartOptions): void {
  const app = new App({ outdir });
  const platform = new Chart(app, 'sandbox', { namespace: PLATFORM_NAMESPACE });
  new NodeInstaller(platform, 'node-installer', { artifactMirror: mirror, image, desiredState, maxConcurrentNodes, kubelet });
  const arch = { x64: 'amd64Sha512', arm64: 'arm64Sha512' }[process.arch as string]!;
  const gvisor = new GVisorRuntime(platform, 'gvisor', {
    release: GVisorRelease.of(release.release, { [arch]: release.sha512, requiredFiles: [], allowBelowSecurityFloor: true }),
  });

  // What is taken off the nodes can have no Pods, and the app is refused that says otherwise.
  if (desiredState?._takesBack) return app.synth();
  const team = new Chart(app, 'team', { namespace: TEAM_NAMESPACE });
  new SandboxedPod(team, 'web', {
    runtime: gvisor,
    metadata: { name: 'web' },
    terminationGracePeriodSeconds: 1,
    containers: [{
      name: 'web',
      image: busyboxImage().reference,
      // Ends when it is told to, which is how a container of a running Pod is restarted.
      command: ['sh', '-c', 'trap "exit 0" TERM; dmesg; while :; do sleep 3600 & wait $!; done'],
      security: { runAsUser: NOBODY },
    }],
  });
  app.synth();
}
