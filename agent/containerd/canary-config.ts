import { existsSync } from 'node:fs';
import { isTable, merged, Table } from './toml';
import { CONTAINERD_TABLES } from '../../src/platform/containerd-tables';

/** Where a canary in this folder answers. */
export function canarySocket(folder: string): string {
  return `${folder}/containerd.sock`;
}

/**
 * A configuration dump turned into one that can run beside the node's containerd, in a Pod without capabilities:
 * everything that it would open, create, listen on or connect to is in the folder or switched off. All the rest, the
 * CRI and its runtimes above all, is as the node's containerd would have it.
 */
export function canaryConfig(dump: Table, folder: string): Table {
  const plugins = isTable(dump.plugins) ? dump.plugins : {};
  return {
    ...merged(dump, {
      root: `${folder}/root`,
      state: `${folder}/state`,
      temp: '',
      imports: [],
      plugin_dir: '',
      // What a node cannot do without may need its devices; here only the CRI has to come up.
      required_plugins: [],
      disabled_plugins: disabledPlugins(dump),
      // Either would need a capability.
      oom_score: 0n,
      cgroup: { path: '' },
      // Configuration versions 2 and 3 have the servers here, version 4 has them among the plugins.
      ...(Number(dump.version) < 4 ? SERVERS(folder) : {}),
    }),
    plugins: Object.fromEntries(Object.entries(plugins).map(([id, table]) => [id, isTable(table) ? contained(id, table, folder) : table])),
    proxy_plugins: proxied(dump.proxy_plugins, folder),
  };
}

/** The canary keeps images nowhere else than in the one snapshotter that works everywhere. */
const SNAPSHOTTER = 'native';

function disabledPlugins({ disabled_plugins }: Table): Table[string] {
  return Array.isArray(disabled_plugins) ? disabled_plugins.filter((plugin) => plugin !== `io.containerd.snapshotter.v1.${SNAPSHOTTER}`) : [];
}

const SERVERS = (folder: string): Table => ({
  grpc: { ...OWNED_BY_US, address: canarySocket(folder), tcp_address: '' },
  ttrpc: { ...OWNED_BY_US, address: `${canarySocket(folder)}.ttrpc` },
  debug: { ...OWNED_BY_US, address: '' },
  metrics: { address: '' },
});

/** Other owners would need CAP_CHOWN. */
const OWNED_BY_US: Table = { uid: 0n, gid: 0n };

/** What has to be different in a canary, by plugin. */
const OVERRIDES: { readonly [plugin: string]: (folder: string) => Table } = {
  [CONTAINERD_TABLES.v2]: () => ({
    disable_tcp_service: true,
    stream_server_address: '127.0.0.1',
    stream_server_port: '0',
    // The certificate's files are somewhere on the host.
    enable_tls_streaming: false,
  }),
  'io.containerd.server.v1.grpc': (folder) => ({ ...OWNED_BY_US, address: canarySocket(folder) }),
  'io.containerd.server.v1.ttrpc': (folder) => ({ ...OWNED_BY_US, address: `${canarySocket(folder)}.ttrpc` }),
  'io.containerd.server.v1.grpc-tcp': () => ({ address: '' }),
  'io.containerd.server.v1.debug': () => ({ ...OWNED_BY_US, address: '' }),
  'io.containerd.server.v1.metrics': () => ({ address: '' }),
  'io.containerd.internal.v1.opt': (folder) => ({ path: `${folder}/opt` }),
  'io.containerd.nri.v1.nri': () => ({ disable: true }),
  'io.containerd.tracing.processor.v1.otlp': () => ({ endpoint: '' }),
  'io.containerd.service.v1.tasks-service': () => ({ blockio_config_file: '', rdt_config_file: '' }),
};

function contained(id: string, table: Table, folder: string): Table {
  return inside(merged(table, OVERRIDES[id]?.(folder) ?? {}), folder);
}

/** Settings that lead out of the folder wherever they stand in a plugin's tables. */
function inside(table: Table, folder: string): Table {
  return Object.fromEntries(Object.entries(table).map(([key, value]) => {
    if (isTable(value)) return [key, inside(value, folder)];
    if (Array.isArray(value)) return [key, value.map((element) => isTable(element) ? inside(element, folder) : element)];
    return [key, typeof value === 'string' && value !== '' ? insideSetting(key, value, folder) : value];
  }));
}

function insideSetting(key: string, value: string, folder: string): string {
  switch (key) {
    case 'conf_dir':
    case 'cni_conf_dir':
      // containerd creates and watches these folders.
      return `${folder}/cni`;
    case 'root_path':
      return '';
    case 'snapshotter':
      // Any other may need a device, a kernel module or a daemon of the host.
      return SNAPSHOTTER;
    case 'base_runtime_spec':
      return existsSync(value) ? value : '';
    default:
      return value;
  }
}

/** Proxy plugins are known to the canary, but it does not reach the programs behind them. */
function proxied(plugins: Table[string] | undefined, folder: string): Table {
  if (!isTable(plugins)) return {};
  return Object.fromEntries(Object.entries(plugins).map(([name, plugin]) => [name, merged(isTable(plugin) ? plugin : {}, { address: `${folder}/proxy.sock` })]));
}
