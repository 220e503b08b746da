import { canaryConfig, canarySocket } from '../../../agent/containerd/canary-config';
import { parseToml, valueAt } from '../../../agent/containerd/toml';

/** Everything that a configuration may say about places outside of its own folder. */
const GREEDY = `
root = "/var/lib/containerd"
state = "/run/containerd"
temp = "/var/tmp/containerd"
imports = ["/etc/containerd/conf.d/*.toml"]
oom_score = -999
plugin_dir = "/opt/plugins"
required_plugins = ["io.containerd.snapshotter.v1.devmapper"]
disabled_plugins = ["io.containerd.snapshotter.v1.native", "io.containerd.snapshotter.v1.btrfs"]
[cgroup]
path = "/system.slice/containerd"
[plugins."io.containerd.internal.v1.opt"]
path = "/opt/containerd"
[plugins."io.containerd.nri.v1.nri"]
disable = false
socket_path = "/var/run/nri/nri.sock"
[plugins."io.containerd.tracing.processor.v1.otlp"]
endpoint = "http://collector:4318"
[plugins."io.containerd.snapshotter.v1.overlayfs"]
root_path = "/mnt/overlay"
[plugins."io.containerd.service.v1.tasks-service"]
rdt_config_file = "/etc/rdt.yaml"
[[plugins."io.containerd.transfer.v1.local".unpack_config]]
snapshotter = "stargz"
[proxy_plugins.stargz]
type = "snapshot"
address = "/run/stargz/stargz.sock"
`;

const CRI = (section: string) => `
[plugins."io.containerd.grpc.v1.cri"]
stream_server_address = "10.0.0.1"
stream_server_port = "10010"
enable_tls_streaming = true
[plugins."${section}".cni]
conf_dir = "/etc/cni/net.d"
bin_dir = "/opt/cni/bin"
[plugins."${section}".containerd]
default_runtime_name = "runc"
[plugins."${section}".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
cni_conf_dir = "/etc/cni/runc.d"
base_runtime_spec = "/etc/nowhere/base.json"
snapshotter = "devmapper"
[plugins."${section}".containerd.runtimes.runc.options]
SystemdCgroup = true
`;

const SERVERS_3 = `
[grpc]
address = "/run/containerd/containerd.sock"
tcp_address = "0.0.0.0:1337"
uid = 1000
[ttrpc]
address = "/run/containerd/ttrpc.sock"
[debug]
address = "/run/containerd/debug.sock"
level = "debug"
[metrics]
address = "0.0.0.0:1338"
`;

const SERVERS_4 = `
[plugins."io.containerd.server.v1.grpc"]
address = "/run/containerd/containerd.sock"
gid = 1000
[plugins."io.containerd.server.v1.grpc-tcp"]
address = "0.0.0.0:1337"
[plugins."io.containerd.server.v1.ttrpc"]
address = "/run/containerd/ttrpc.sock"
[plugins."io.containerd.server.v1.debug"]
address = "/run/containerd/debug.sock"
[plugins."io.containerd.server.v1.metrics"]
address = "0.0.0.0:1338"
`;

describe.each([
  [2, 'io.containerd.grpc.v1.cri', SERVERS_3],
  [3, 'io.containerd.cri.v1.runtime', SERVERS_3],
  [4, 'io.containerd.cri.v1.runtime', SERVERS_4],
])('a canary with configuration version %d', (version, section, servers) => {
  const text = `version = ${version}\n${GREEDY}${servers}${CRI(section)}`;
  const config = canaryConfig(parseToml(text), '/tmp/c');

  test('leads nowhere out of its folder', () => {
    const strings: string[] = [];
    JSON.stringify(config, (_, value: unknown) => {
      if (typeof value === 'string') strings.push(value);
      return typeof value === 'bigint' ? Number(value) : value;
    });
    // Where NRI would be and where CNI plugins lie is only told, not touched.
    const told = ['/var/run/nri/nri.sock', '/opt/cni/bin'];
    expect(strings.filter((value) => /^\/|:\d+|10\.0/.test(value) && !value.startsWith('/tmp/c/') && !told.includes(value))).toEqual([]);
  });

  test('answers at its socket', () => {
    const grpc = version === 4 ? valueAt(config, ['plugins', 'io.containerd.server.v1.grpc']) : config.grpc;
    expect(grpc).toMatchObject({ address: canarySocket('/tmp/c'), uid: 0n, gid: 0n });
  });

  test("keeps the node's runtimes", () => {
    expect(valueAt(config, ['plugins', section, 'containerd'])).toEqual({
      default_runtime_name: 'runc',
      runtimes: { runc: { runtime_type: 'io.containerd.runc.v2', cni_conf_dir: '/tmp/c/cni', base_runtime_spec: '', snapshotter: 'native', options: { SystemdCgroup: true } } },
    });
  });

  test('needs no plugin of the node but those that the CRI needs', () => {
    expect(config).toMatchObject({ required_plugins: [], disabled_plugins: ['io.containerd.snapshotter.v1.btrfs'] });
  });

  test('needs no capability', () => {
    expect(config).toMatchObject({ oom_score: 0n, cgroup: { path: '' } });
  });
});

test('a base specification that can be read is kept: containerd checks it', () => {
  const dump = parseToml(`version = 3\n[plugins.x.runtimes.runc]\nbase_runtime_spec = "${__filename}"\n`);
  expect(canaryConfig(dump, '/tmp/c')).toMatchObject({ plugins: { x: { runtimes: { runc: { base_runtime_spec: __filename } } } } });
});
