import type { PlatformRecord } from './platform-record';

export const K0S: PlatformRecord = {
  name: 'k0s',
  title: 'k0s',
  support: 'files',
  how: 'drop-in in `/etc/k0s/containerd.d`: version 3 tables from k0s 1.36 on, version 2 tables before. Take it back (`DesiredState.ABSENT`) '
    + 'before k0s is updated across 1.36, which does not start with version 2 tables there',
  restart: 'none: k0s watches the folder and restarts containerd',
  kubelet: 'worker profiles, `/var/lib/k0s/kubelet`',
  sources: [
    'https://docs.k0sproject.io/stable/runtime/', 'https://github.com/k0sproject/k0s/blob/main/pkg/component/worker/containerd/component.go',
    'https://github.com/k0sproject/k0s/blob/v1.35.7%2Bk0s.0/pkg/component/worker/containerd/configurer.go',
  ],
  plan: {
    name: 'k0s',
    family: 'k0s',
    configFile: '/etc/k0s/containerd.toml',
    dropInFile: '/etc/k0s/containerd.d/sandbox-runtimes.toml',
    state: '/run/k0s/containerd',
    embedded: true,
    managed: { mark: '# k0s_managed=true', mergedFile: '/run/k0s/containerd-cri.toml' },
    socket: '/run/k0s/containerd.sock',
    binaries: ['/var/lib/k0s/bin/containerd'],
    restart: { kind: 'watched' },
  },
  folders: { readWrite: ['/etc/k0s/containerd.d'], existing: ['/etc/k0s/containerd.d'], readOnly: ['/etc/k0s', '/run/k0s', '/var/lib/k0s/bin'] },
};
