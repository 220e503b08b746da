import { NodePlatform } from '../../src';
import { pauseImage } from '../node/images';
import type { ContainerdVersion } from '../toolchain';

/**
 * How a distribution lays out a node, and what its own program does with containerd's configuration: a script here,
 * which does the same in the same places.
 */
export interface Distribution {
  readonly name: string;
  readonly platform: NodePlatform;
  readonly containerd: ContainerdVersion;
  readonly unit: string;
  /** Of the unit, beside its command. */
  readonly service: string;
  readonly binaries: string;
  readonly socket: string;
  readonly state: string;
  readonly root: string;
  readonly systemdCgroup: boolean;
  /** Files of containerd's configuration, as an update of the distribution finds them; links are `-> target`. */
  readonly files: { readonly [path: string]: string };
  /** What brings the configuration in place and becomes containerd, or looks after it; `$CONTAINERD` is its command without `--config`. Absent: the unit starts containerd. */
  readonly launcher?: string;
}

/** The machines that run this lack CAP_SYS_RESOURCE. */
const RESTRICTED = 'restrict_oom_score_adj = true';

const V3 = (imports: string, systemdCgroup: boolean) => `version = 3
${imports}
[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = '${pauseImage().reference}'
[plugins.'io.containerd.cri.v1.runtime']
  ${RESTRICTED}
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
  runtime_type = 'io.containerd.runc.v2'
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
  SystemdCgroup = ${systemdCgroup}
`;

const V2 = (runtimeType: string) => `version = 2
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage().reference}"
  ${RESTRICTED}
  [plugins."io.containerd.grpc.v1.cri".containerd]
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "${runtimeType}"
`;

/** containerd is its child in truth; the unit leaves alone what it has started, either way. */
const NOTIFIES = 'Type=notify\nKillMode=process\n';

/** The file is made at each start: of the first template that is there, in which a line stands for the base, else of the base alone. */
function rancher(name: 'k3s' | 'rke2', title: string, binaries: string, containerd: ContainerdVersion, imports: boolean): Distribution {
  const home = `/var/lib/rancher/${name}/agent`;
  const folder = `${home}/etc/containerd`;
  return {
    name: title,
    platform: name === 'k3s' ? NodePlatform.K3S : NodePlatform.RKE2,
    containerd,
    unit: name === 'k3s' ? 'k3s.service' : 'rke2-server.service',
    service: NOTIFIES,
    binaries,
    socket: '/run/k3s/containerd/containerd.sock',
    state: '/run/k3s/containerd',
    root: `${home}/containerd`,
    systemdCgroup: true,
    files: { '/opt/base.toml': V3(imports ? `imports = ["${folder}/config-v3.toml.d/*.toml"]` : '', true), [`${folder}/certs.d/keep`]: '' },
    launcher: `
      template=${folder}/config-v3.toml.tmpl
      if [ -e $template ]; then sed -e '/{{ template "base" \\. }}/{r /opt/base.toml' -e 'd}' $template >${folder}/config.toml; else cp /opt/base.toml ${folder}/config.toml; fi
      exec $CONTAINERD --config ${folder}/config.toml`,
  };
}

/** One that leaves containerd to its own unit, and is known by another unit. */
function usual(
  name: string, platform: NodePlatform, containerd: ContainerdVersion, systemdCgroup: boolean, mark: string, config: string,
): Distribution {
  return {
    name,
    platform,
    containerd,
    unit: 'containerd.service',
    service: `${NOTIFIES}ExecStart=/usr/bin/containerd\n`,
    binaries: '/usr/bin',
    socket: '/run/containerd/containerd.sock',
    state: '/run/containerd',
    root: '/var/lib/containerd',
    systemdCgroup,
    files: { '/etc/containerd/config.toml': config, [`/etc/systemd/system/${mark}`]: '[Service]\nType=oneshot\nExecStart=/bin/true\n' },
  };
}

const MICROK8S_ARGS = '/var/snap/microk8s/7000/args';
const K0S_DROP_INS = '/etc/k0s/containerd.d';

/**
 * The folder is watched: three seconds after a change containerd gets SIGHUP, of which it ends, and five later it is
 * started again.
 */
function k0s(name: string, containerd: ContainerdVersion, files: Distribution['files'], merge: string): Distribution {
  return {
    name,
    platform: NodePlatform.K0S,
    containerd,
    unit: 'k0sworker.service',
    service: 'Type=simple\nKillMode=process\n',
    binaries: '/var/lib/k0s/bin',
    socket: '/run/k0s/containerd.sock',
    state: '/run/k0s/containerd',
    root: '/var/lib/k0s/containerd',
    systemdCgroup: false,
    files,
    launcher: `
      trap 'kill $pid; wait $pid; exit' TERM
      listing() { ls -l --full-time ${K0S_DROP_INS}; }
      while :; do
        seen=$(listing)
        ${merge}
        $CONTAINERD --config /etc/k0s/containerd.toml & pid=$!
        while kill -0 $pid 2>/dev/null; do
          sleep 0.2
          if [ "$(listing)" != "$seen" ]; then sleep 3; seen=$(listing); kill -HUP $pid; fi
        done
        sleep 5
      done`,
  };
}

export const DISTRIBUTIONS: readonly Distribution[] = [
  rancher('k3s', 'k3s that imports drop-ins', '/var/lib/rancher/k3s/data/current/bin', '2.2', true),
  rancher('k3s', 'k3s that imports nothing', '/var/lib/rancher/k3s/data/current/bin', '2.2', false),
  rancher('rke2', 'RKE2', '/var/lib/rancher/rke2/bin', '2.3', true),
  {
    // The file is made of the template at each start.
    name: 'MicroK8s',
    platform: NodePlatform.MICROK8S,
    containerd: '1.7',
    unit: 'snap.microk8s.daemon-containerd.service',
    service: NOTIFIES,
    binaries: '/snap/microk8s/current/bin',
    socket: '/var/snap/microk8s/common/run/containerd.sock',
    state: '/var/snap/microk8s/common/run/containerd',
    root: '/var/snap/microk8s/common/var/lib/containerd',
    systemdCgroup: false,
    files: {
      '/var/snap/microk8s/current': '-> 7000',
      '/snap/microk8s/current': '-> 7000',
      [`${MICROK8S_ARGS}/containerd-template.toml`]: V2('${RUNTIME_TYPE}'),
    },
    launcher: `
      sed 's@\${RUNTIME_TYPE}@io.containerd.runc.v2@' ${MICROK8S_ARGS}/containerd-template.toml >${MICROK8S_ARGS}/containerd.toml
      exec $CONTAINERD --config ${MICROK8S_ARGS}/containerd.toml`,
  },
  k0s('k0s 1.36', '2.2', {
    '/etc/k0s/containerd.toml': `# k0s_managed=true\n${V3(`imports = ["${K0S_DROP_INS}/*.toml"]`, false)}`,
    [`${K0S_DROP_INS}/10-somebodys.toml`]: '[plugins.\'io.containerd.cri.v1.runtime\']\n  max_container_log_line_size = 12345\n',
  }, ':'),
  // containerd 1.7 would let a drop-in replace all other tables, so they are merged before: here, where none has a table of another, one behind the other.
  k0s('k0s 1.35', '1.7', {
    '/opt/base.toml': V2('io.containerd.runc.v2'),
    '/etc/k0s/containerd.toml': '# k0s_managed=true\nimports = ["/run/k0s/containerd-cri.toml"]\nversion = 2\n',
    [`${K0S_DROP_INS}/10-somebodys.toml`]: '[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.somebodys]\n  runtime_type = "io.containerd.runc.v2"\n',
  }, `mkdir -p /run/k0s; { cat /opt/base.toml; sed '/^version/d' ${K0S_DROP_INS}/*.toml; } >/run/k0s/containerd-cri.toml`),
  usual('EKS with AL2023', NodePlatform.EKS_AL2023, '2.2', true, 'nodeadm-config.service', V3('', true)),
  usual('EKS with AL2023 and the NodeConfig', NodePlatform.EKS_AL2023, '2.2', true, 'nodeadm-config.service', V3('imports = ["/etc/containerd/conf.d/*.toml"]', true)),
  usual('kind', NodePlatform.KIND, '2.2', false, 'undo-mount-hacks.service', V2('io.containerd.runc.v2')),
  usual('minikube', NodePlatform.MINIKUBE, '1.7', false, 'minikube-automount.service', V2('io.containerd.runc.v2')),
  {
    // The file of the image cannot be written; a variable of the unit names it.
    ...usual('Flatcar', NodePlatform.FLATCAR, '2.2', false, '', ''),
    service: `${NOTIFIES}Environment=CONTAINERD_CONFIG=/usr/share/containerd/config.toml\nExecStart=/usr/bin/containerd --config \${CONTAINERD_CONFIG}\n`,
    files: { '/usr/share/containerd/config.toml': V2('io.containerd.runc.v2'), '/usr/lib/os-release': 'ID=flatcar\n' },
  },
];
