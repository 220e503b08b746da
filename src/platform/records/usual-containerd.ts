import type { PlatformRecord } from './platform-record';
import type { ContainerdPlatformPlan } from '../../installer/install-plan';

const FOLDER = '/etc/containerd';

/** Nodes with containerd at its usual place, which their own marks tell from others. */
function usual(name: string, more: Partial<ContainerdPlatformPlan> = {}): ContainerdPlatformPlan {
  return {
    name,
    family: name,
    configFile: `${FOLDER}/config.toml`,
    dropInFile: `${FOLDER}/conf.d/sandbox-runtimes.toml`,
    socket: '/run/containerd/containerd.sock',
    binaries: ['/usr/local/bin/containerd', '/usr/bin/containerd'],
    restart: { kind: 'systemd', unit: 'containerd.service' },
    ...more,
  };
}

const FOLDERS = { readWrite: [FOLDER], existing: [FOLDER], readOnly: ['/run/containerd', '/run/systemd'] };
const OWN_FILE = 'drop-in in `/etc/containerd/conf.d` and an entry in `imports` on containerd 2.x, a marked block in `config.toml` on 1.7';

export const EKS_AL2023: PlatformRecord = {
  name: 'eks',
  title: 'Amazon EKS, AL2023',
  support: 'files',
  how: `${OWN_FILE}. nodeadm writes \`config.toml\` anew at each boot, and so does the installer its entry; with the \`NodeConfig\` of \`render\` nodeadm keeps it`,
  restart: '`containerd.service`',
  kubelet: '`/etc/kubernetes/kubelet/config.json.d`, `/var/lib/kubelet`',
  sources: [
    'https://github.com/awslabs/amazon-eks-ami/blob/main/nodeadm/internal/containerd/config.go',
    'https://github.com/awslabs/amazon-eks-ami/blob/main/nodeadm/internal/containerd/config2.template.toml',
    'https://github.com/awslabs/amazon-eks-ami/blob/main/templates/al2023/runtime/rootfs/etc/systemd/system/nodeadm-config.service',
  ],
  plan: usual('eks'),
  folders: FOLDERS,
};

export const KIND: PlatformRecord = {
  name: 'kind',
  title: 'kind',
  support: 'files',
  how: `${OWN_FILE}; with the \`containerdConfigPatches\` of \`render\` the entry is there from the start`,
  restart: '`containerd.service`',
  kubelet: '`/var/lib/kubelet/config.yaml`, `/var/lib/kubelet`',
  sources: [
    'https://github.com/kubernetes-sigs/kind/blob/main/images/base/files/etc/containerd/config.toml',
    'https://github.com/kubernetes-sigs/kind/blob/main/pkg/internal/patch/toml.go',
    'https://github.com/kubernetes-sigs/kind/blob/main/images/base/files/etc/systemd/system/undo-mount-hacks.service',
  ],
  plan: usual('kind'),
  folders: FOLDERS,
};

export const MINIKUBE: PlatformRecord = {
  name: 'minikube',
  title: 'minikube, `--container-runtime=containerd`',
  support: 'files',
  how: `${OWN_FILE}. The root of the ISO is in memory: after a boot the installer starts from nothing`,
  restart: '`containerd.service`',
  kubelet: '`/var/lib/kubelet/config.yaml`, `/var/lib/kubelet`',
  sources: [
    'https://github.com/kubernetes/minikube/blob/master/deploy/kicbase/Dockerfile',
    'https://github.com/kubernetes/minikube/blob/master/pkg/gvisor/enable.go',
  ],
  plan: usual('minikube'),
  folders: FOLDERS,
};

const UNIT_DROP_INS = '/etc/systemd/system/containerd.service.d';

export const FLATCAR: PlatformRecord = {
  name: 'flatcar',
  title: 'Flatcar',
  support: 'files',
  how: 'drop-in in `/etc/containerd/conf.d` where the file of the image imports it, else a copy of that file with such an entry and a drop-in of the unit that '
    + 'names the copy',
  restart: '`containerd.service`',
  kubelet: '`/var/lib/kubelet/config.yaml`, `/var/lib/kubelet`',
  sources: [
    'https://www.flatcar.org/docs/latest/container-runtimes/customizing-docker/',
    'https://github.com/flatcar/scripts/tree/main/sdk_container/src/third_party/coreos-overlay/coreos/sysext/containerd',
    'https://github.com/flatcar/Flatcar/issues/1127',
  ],
  plan: usual('flatcar', {
    copied: { original: '/usr/share/containerd/config.toml', variable: 'CONTAINERD_CONFIG', unitDropIn: `${UNIT_DROP_INS}/50-sandbox-runtimes.conf` },
    restart: { kind: 'systemd', unit: 'containerd.service', daemonReload: true },
  }),
  folders: { readWrite: [FOLDER, UNIT_DROP_INS], readOnly: ['/run/containerd', '/run/systemd'] },
};
