import type { PlatformRecord } from './platform-record';

const ARGS = '/var/snap/microk8s/current/args';
const RUN = '/var/snap/microk8s/common/run';

export const MICROK8S: PlatformRecord = {
  name: 'microk8s',
  title: 'MicroK8s',
  support: 'files',
  how: 'block at the end of `containerd-template.toml`, from which the snap writes `containerd.toml` at each start',
  restart: '`snap.microk8s.daemon-containerd.service`',
  kubelet: `\`${ARGS}/kubelet\`, \`/var/snap/microk8s/common/var/lib/kubelet\``,
  sources: [
    'https://github.com/canonical/microk8s/blob/master/microk8s-resources/wrappers/run-containerd-with-args',
    'https://github.com/canonical/microk8s/blob/master/microk8s-resources/default-args/containerd-template.toml',
  ],
  plan: {
    name: 'microk8s',
    family: 'microk8s',
    configFile: `${ARGS}/containerd.toml`,
    // Nothing imports it; the block is all there is.
    dropInFile: `${ARGS}/sandbox-runtimes.toml`,
    state: `${RUN}/containerd`,
    embedded: true,
    templates: [{ version: 2, file: `${ARGS}/containerd-template.toml` }],
    socket: `${RUN}/containerd.sock`,
    binaries: ['/snap/microk8s/current/bin/containerd'],
    restart: { kind: 'systemd', unit: 'snap.microk8s.daemon-containerd.service', seconds: 60 },
  },
  folders: { readWrite: [ARGS], existing: [ARGS], readOnly: [RUN, '/run/systemd', '/snap/microk8s/current/bin'] },
};
