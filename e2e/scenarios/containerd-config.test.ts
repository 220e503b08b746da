import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCanary } from '../../agent/containerd/canary';
import { dumpConfig } from '../../agent/containerd/config-dump';
import { containerdCommand } from '../../agent/containerd/containerd-command';
import { merged, parseToml } from '../../agent/containerd/toml';
import { Refusal } from '../../agent/refusal';
import { ConfigRoot } from '../containerd-config/config-root';
import { refusalOf } from '../containerd-config/serve-handler';
import { CONFIG_READER_VERSIONS, configReader } from '../toolchain';

const MAIN = '/etc/containerd/config.toml';
const OTHER = '/etc/containerd/conf.d/50-other.toml';
const IMPORTS = 'imports = ["/etc/containerd/conf.d/*.toml"]\n';

const RUNC = '  runtime_type = "io.containerd.runc.v2"\n';
const V2 = `[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "registry.example/pause:1"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
${RUNC}[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
  SystemdCgroup = true
`;
const V3 = `[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = 'registry.example/pause:1'
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
${RUNC}[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
  SystemdCgroup = true
`;
const V2_NVIDIA = `[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.nvidia]\n${RUNC}`;
const V3_NVIDIA = `[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.nvidia]\n${RUNC}`;

interface NodeFiles {
  readonly files: string;
  readonly main: string;
  readonly other?: string;
  /** Minors of containerd, if not all. */
  readonly on?: readonly string[];
}

const V2X = ['2.0', '2.1', '2.2', '2.3', '2.4'];
const V4 = ['2.3', '2.4'];


const SERVED: NodeFiles[] = [
  { files: 'version 2 tables', main: `version = 2\n${V2}` },
  { files: 'version 2 without tables', main: 'version = 2\n' },
  { files: 'version 2 tables, and another drop-in for something else', main: `${IMPORTS}version = 2\n${V2}`, other: '[metrics]\naddress = "127.0.0.1:1338"\n' },
  { files: 'version 2 tables, and a drop-in of another tool', main: `${IMPORTS}version = 2\n${V2}`, other: `version = 2\n${V2_NVIDIA}`, on: V2X },
  { files: 'version 2 stated with version 3 tables', main: `version = 2\n${V3}`, on: V2X },
  { files: 'both tables', main: `version = 2\n${V2}${V3}`, on: V2X },
  { files: 'version 3 tables', main: `version = 3\n${V3}`, on: V2X },
  { files: 'version 3 without tables', main: 'version = 3\n', on: V2X },
  { files: 'version 3 tables, and a drop-in of another tool', main: `${IMPORTS}version = 3\n${V3}`, other: `version = 3\n${V3_NVIDIA}`, on: V2X },
  { files: 'version 2 tables, and a drop-in that states version 3', main: `${IMPORTS}version = 2\n${V2}`, other: `version = 3\n${V3_NVIDIA}`, on: V2X },
  { files: 'no version and no tables', main: 'root = "/var/lib/containerd"\n', on: V2X },
  { files: 'no version, but version 2 tables', main: V2, on: V2X },
  { files: 'version 1 tables', main: `[plugins.cri]\nsandbox_image = "registry.example/pause:1"\n[plugins.cri.containerd.runtimes.runc]\n${RUNC}`, on: V2X },
  { files: 'runtimes as an inline table', main: 'version = 2\n[plugins."io.containerd.grpc.v1.cri".containerd]\nruntimes = { runc = { runtime_type = "io.containerd.runc.v2" } }\n', on: V2X },
  { files: 'version 4', main: `version = 4\n${V3}`, on: V4 },
  // What another tool's drop-in makes of a main file is not ours to judge: it stays as it is, and our handler is served beside it.
  ...pairs('version 2 tables', `version = 2\n${V2}`, { 'no version and version 2 tables': V2_NVIDIA, 'both tables': V2_NVIDIA + V3_NVIDIA }),
  ...pairs('version 3 tables', `version = 3\n${V3}`, {
    'no version and version 3 tables': V3_NVIDIA,
    'no version and version 2 tables': V2_NVIDIA,
    'version 2 tables': `version = 2\n${V2_NVIDIA}`,
    'both tables': V2_NVIDIA + V3_NVIDIA,
  }),
  ...pairs('version 3 without tables', 'version = 3\n', { 'version 2 tables': `version = 2\n${V2_NVIDIA}` }),
  ...pairs('version 2 stated with version 3 tables', `version = 2\n${V3}`, {
    'version 2 and version 3 tables': `version = 2\n${V3_NVIDIA}`, 'no version and version 3 tables': V3_NVIDIA, 'version 2 tables': `version = 2\n${V2_NVIDIA}`,
  }),
  ...pairs('no version and no tables', 'root = "/var/lib/containerd"\n', { 'no version and version 3 tables': V3_NVIDIA, 'no version and version 2 tables': V2_NVIDIA }),
  ...pairs('no version, but version 2 tables', V2, { 'no version and version 2 tables': V2_NVIDIA }),
  ...pairs('version 4', `version = 4\n${V3}`, {
    'no version and version 3 tables': V3_NVIDIA,
    'version 2 tables': `version = 2\n${V2_NVIDIA}`,
    'version 3 tables': `version = 3\n${V3_NVIDIA}`,
    'version 4': `version = 4\n${V3_NVIDIA}`,
  }, V4),
];

/** A main file with each of these drop-ins of another tool. */
function pairs(files: string, main: string, dropIns: { readonly [what: string]: string }, on = V2X): NodeFiles[] {
  return Object.entries(dropIns).map(([what, other]) => ({ files: `${files}, and a drop-in of another tool with ${what}`, main: `${IMPORTS}${main}`, other, on }));
}

const REFUSED: (NodeFiles & { readonly says: RegExp })[] = [
  { files: 'a value of the wrong type', main: `version = 2\n${V2.replace('sandbox_image', 'enable_selinux = "yes"\n  sandbox_image')}`, says: /containerd cannot read the configuration of this node as it is/ },
  {
    files: 'a default runtime that nobody defines',
    main: "version = 3\n[plugins.'io.containerd.cri.v1.runtime'.containerd]\ndefault_runtime_name = 'missing'\n",
    on: V2X,
    says: /its CRI plugin did not load: .*default_runtime_name = .*missing.*that is so without our change as well/,
  },
  { files: 'version 4, which is too new', main: `version = 4\n${V3}`, on: ['1.7', '2.0', '2.1', '2.2'], says: /has version = 4, but containerd .* reads [23] at most/ },
  {
    files: 'version 3 tables, and a drop-in of version 4, which is too new',
    main: `${IMPORTS}version = 3\n${V3}`,
    other: `version = 4\n${V3_NVIDIA}`,
    on: ['2.0', '2.1', '2.2'],
    says: /50-other.toml has version = 4, but containerd .* reads 3 at most/,
  },
  { files: 'version 3, which is too new', main: `version = 3\n${V3}`, on: ['1.7'], says: /has version = 3, but containerd .* reads 2 at most/ },
  { files: 'the CRI disabled by its short name', main: 'disabled_plugins = ["cri"]\n', says: /disabled_plugins has "cri", so containerd does not serve the kubelet/ },
  { files: 'version 2 tables without version', main: V2, on: ['1.7'], says: /has no "version = 2"/ },
  { files: 'a version of the future', main: `version = 9\n${V2}`, says: /has version = 9, but containerd .* reads \d at most/ },
  { files: 'version 2 tables, and a drop-in of another tool that replaces them', main: `${IMPORTS}version = 2\n${V2}`, other: `version = 2\n${V2_NVIDIA}`, on: ['1.7'], says: /50-other.toml is imported and has CRI settings/ },
];

function applicable(cases: readonly NodeFiles[], version: string) {
  return cases.filter(({ on }) => !on || on.includes(version));
}

describe.each(CONFIG_READER_VERSIONS)('containerd %s', (version) => {
  let root: ConfigRoot;
  beforeAll(async () => { root = new ConfigRoot(await configReader(version)); });
  afterAll(() => root.remove());

  const filesOf = ({ main, other }: NodeFiles) => ({ [MAIN]: main, ...(other === undefined ? {} : { [OTHER]: other }) });

  test.each(applicable(SERVED, version))('serves the handler, changes nothing else and gives the bytes back: $files', async (node) => {
    expect(await refusalOf(root, filesOf(node))).toBeUndefined();
  });

  test.each(applicable(REFUSED, version) as typeof REFUSED)('is left alone, with a reason: $files', async (node) => {
    expect(await refusalOf(root, filesOf(node))).toMatch(node.says);
  });

  describe('as a canary', () => {
    let folder: string;
    beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'canary-')); });
    afterEach(() => rmSync(folder, { recursive: true }));

    test('brings its CRI up in a folder of its own and is gone afterwards', async () => {
      const dump = await dumpConfig([root.containerd], undefined);
      const { conditions, config } = await runCanary({ command: [root.containerd], dump, folder, timeoutMs: 20_000 });
      expect(conditions).toContainEqual(expect.objectContaining({ type: 'RuntimeReady', status: true }));
      expect(Object.keys(config?.containerd?.runtimes ?? {})).toEqual(['runc']);
      expect(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })).not.toContain(folder);
    });

    test('is refused if the change breaks the CRI plugin, which a dump does not show', async () => {
      const section = version === '1.7' ? 'io.containerd.grpc.v1.cri' : 'io.containerd.cri.v1.runtime';
      const broken = parseToml(`[plugins."${section}".containerd]\ndefault_runtime_name = "missing"\n`);
      const dump = merged(await dumpConfig([root.containerd], undefined), broken);
      const failure = await runCanary({ command: [root.containerd], dump, folder, timeoutMs: 20_000 }).then(() => undefined, (error: Error) => error);
      expect(failure).toBeInstanceOf(Refusal);
      expect(failure?.message).toMatch(/^containerd does not come up: its CRI plugin did not load: .*default_runtime_name = /);
    });
  });
});

test("a dynamically linked program runs through the host's own loader", () => {
  const { command } = containerdCommand('/usr', ['/usr/bin/env', '--version'], []);
  expect(command).toHaveLength(4);
  expect(execFileSync(command[0], [...command.slice(1), '--version'], { encoding: 'utf8', env: {} })).toMatch(/^env \(/);
});
