import type { PlatformRecord } from './platform-record';
import type { ContainerdPlatformPlan } from '../../installer/install-plan';

/** Longest time in which a server with an embedded etcd is up again. */
const SECONDS = 120;

interface Rancher {
  readonly name: string;
  readonly title: string;
  readonly home: string;
  readonly binaries: string;
  readonly server: string;
  readonly agent: string;
  readonly sources: readonly string[];
}

/** k3s and RKE2 share the code that writes containerd's configuration anew at each start. */
function rancher({ name, title, home, binaries, server, agent, sources }: Rancher, agentsOnly: boolean): PlatformRecord {
  const folder = `${home}/agent/etc/containerd`;
  // From 1.32 on, whatever config-dir of kubelet-arg says: https://github.com/k3s-io/k3s/issues/2116.
  const kubeletFolder = `${home}/agent/etc/kubelet.conf.d`;
  const plan: ContainerdPlatformPlan = {
    name: agentsOnly ? `${name}-agent` : name,
    family: name,
    configFile: `${folder}/config.toml`,
    dropInFile: `${folder}/config-v3.toml.d/sandbox-runtimes.toml`,
    embedded: true,
    templates: [
      { version: 3, file: `${folder}/config-v3.toml.tmpl`, dropInFile: `${folder}/config-v3.toml.d/sandbox-runtimes.toml`, base: 'base' },
      { version: 2, file: `${folder}/config.toml.tmpl`, dropInFile: `${folder}/config.toml.d/sandbox-runtimes.toml`, base: 'base' },
    ],
    socket: '/run/k3s/containerd/containerd.sock',
    binaries: [`${binaries}/containerd`],
    restart: { kind: 'systemd', ...(agentsOnly ? { unit: agent } : { unit: server, otherUnit: agent }), seconds: SECONDS },
  };
  return {
    name: plan.name,
    title: agentsOnly ? `${title}, agents only` : title,
    support: 'files',
    how: 'drop-in in `config-v3.toml.d` or `config.toml.d` where the rendered file imports it, else a block at the end of `config-v3.toml.tmpl` or '
      + '`config.toml.tmpl`, which is made with the base template where there is none',
    restart: agentsOnly ? `\`${agent}\`` : `\`${server}\` or \`${agent}\`; a server's restart is one of its API server, so one node at a time`,
    kubelet: `\`${kubeletFolder}\`, \`/var/lib/kubelet\``,
    sources,
    plan,
    folders: { readWrite: [folder], existing: [folder], readOnly: ['/run/k3s/containerd', '/run/systemd', binaries] },
    kubeletFolder,
    ...(agentsOnly ? {} : { restartsControlPlane: true }),
  };
}

const K3S_FACTS: Rancher = {
  name: 'k3s',
  title: 'k3s',
  home: '/var/lib/rancher/k3s',
  binaries: '/var/lib/rancher/k3s/data/current/bin',
  server: 'k3s.service',
  agent: 'k3s-agent.service',
  sources: ['https://docs.k3s.io/advanced#configuring-containerd', 'https://github.com/k3s-io/k3s/blob/main/pkg/agent/containerd/config.go', 'https://github.com/k3s-io/k3s/pull/13680'],
};

const RKE2_FACTS: Rancher = {
  name: 'rke2',
  title: 'RKE2',
  home: '/var/lib/rancher/rke2',
  binaries: '/var/lib/rancher/rke2/bin',
  server: 'rke2-server.service',
  agent: 'rke2-agent.service',
  sources: ['https://docs.rke2.io/advanced#configuring-containerd', 'https://github.com/rancher/rke2/blob/master/bundle/lib/systemd/system/rke2-server.service'],
};

export const K3S = rancher(K3S_FACTS, false);
export const K3S_AGENT = rancher(K3S_FACTS, true);
export const RKE2 = rancher(RKE2_FACTS, false);
export const RKE2_AGENT = rancher(RKE2_FACTS, true);
