import { parse } from '@iarna/toml';
import { pauseImage } from './images';
import type { TestNode } from './test-node';
import type { ConfigReaderVersion } from '../toolchain';

/** containerd's tables that the tests write into, by minor. */
export function criTable(version: ConfigReaderVersion): string {
  return version === '1.7' ? 'plugins."io.containerd.grpc.v1.cri"' : "plugins.'io.containerd.cri.v1.runtime'";
}

/**
 * Configuration of a node that somebody else set up: registry mirrors, a sandbox image, a cgroup driver, another
 * runtime, and on 2.x no `imports`. `restrict_oom_score_adj` lets runc work where CAP_SYS_RESOURCE is missing.
 */
export function nodeConfig(version: ConfigReaderVersion): { [path: string]: string } {
  const cri = criTable(version);
  const images = version === '1.7' ? `
[${cri}]
  sandbox_image = "${pauseImage().reference}"
  restrict_oom_score_adj = true
[${cri}.registry]
  config_path = "/etc/containerd/certs.d"
` : `
[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = '${pauseImage().reference}'
[plugins.'io.containerd.cri.v1.images'.registry]
  config_path = '/etc/containerd/certs.d'
[${cri}]
  restrict_oom_score_adj = true
`;
  return {
    '/etc/containerd/config.toml': `# set up by the platform team
version = ${version === '1.7' ? 2 : 3}
${images}
[${cri}.containerd]
  default_runtime_name = "runc"
[${cri}.containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
[${cri}.containerd.runtimes.runc.options]
  SystemdCgroup = false
[${cri}.containerd.runtimes.crun]
  runtime_type = "io.containerd.runc.v2"
[${cri}.containerd.runtimes.crun.options]
  BinaryName = "/usr/local/bin/crun"
  SystemdCgroup = true
`,
    '/etc/containerd/certs.d/docker.io/hosts.toml': 'server = "https://docker.io"\n[host."https://mirror.example.test"]\n  capabilities = ["pull"]\n',
  };
}

/** containerd's effective configuration, as its own parser sees it. */
export function configDump(node: TestNode): Record<string, any> {
  return parse(node.exec('containerd', 'config', 'dump'));
}

/** Runtimes by handler in a dump. */
export function runtimesOf(dump: Record<string, any>): Record<string, any> {
  const plugins = dump.plugins as Record<string, any>;
  return (plugins['io.containerd.cri.v1.runtime'] ?? plugins['io.containerd.grpc.v1.cri']).containerd.runtimes;
}
