import { platformRecords } from '../../src/platform/records';
import type { PlatformRecord } from '../../src/platform/records/platform-record';

const LEVELS = {
  node: 'on real nodes',
  files: 'on their files',
  texts: 'nothing to install',
} as const;

/** Platforms whose plans are made with options instead of by a record. */
const GENERAL: ReadonlyArray<Pick<PlatformRecord, 'title' | 'support' | 'how' | 'restart' | 'kubelet' | 'sources'> & { readonly member: string }> = [
  {
    member: 'CONTAINERD',
    title: 'containerd 1.7 and 2.x of kubeadm, kubespray and most images',
    support: 'node',
    how: 'drop-in in `/etc/containerd/conf.d` and an entry in `imports` on 2.x, a marked block in `config.toml` on 1.7',
    restart: '`containerd.service`',
    kubelet: '`/var/lib/kubelet/config.yaml`, `/var/lib/kubelet`',
    sources: ['https://github.com/containerd/containerd/blob/main/docs/ops.md'],
  },
  {
    member: 'DOCKER',
    title: 'Docker Engine, Pods through cri-dockerd 0.4',
    support: 'node',
    how: 'entries in `daemon.json`',
    restart: 'none: `docker.service` reads it again (SIGHUP)',
    kubelet: '`/var/lib/kubelet/config.yaml`, `/var/lib/kubelet`',
    sources: ['https://docs.docker.com/engine/daemon/alternative-runtimes/'],
  },
  {
    member: 'CRIO',
    title: 'CRI-O 1.26 and newer',
    support: 'files',
    how: 'drop-in for each handler in `/etc/crio/crio.conf.d`; CRI-O 1.36 with a stand-in for Kata\'s shim',
    restart: '`crio.service`, once no Pod would end with it (`KillMode`)',
    kubelet: '`/var/lib/kubelet/config.yaml`, `/var/lib/kubelet`',
    sources: ['https://github.com/cri-o/cri-o/blob/main/docs/crio.conf.5.md'],
  },
];

const HEAD = '| platform | `NodePlatform` | proven | how a handler gets there | restart | kubelet: configuration, data | sources |\n|---|---|---|---|---|---|---|';

/** The table of docs/platforms.md. */
export function supportTable(members: { readonly [name: string]: string }): string {
  const rows = [...GENERAL, ...platformRecords().map((record) => ({ ...record, member: members[record.name] }))];
  return [HEAD, ...rows.map(({ title, member, support, how, restart, kubelet, sources }) => {
    const links = sources.map((source, index) => `[${index + 1}](${source})`).join(' ');
    return `| ${title} | \`${member}\` | ${LEVELS[support]} | ${how} | ${restart} | ${kubelet} | ${links} |`;
  })].join('\n');
}
