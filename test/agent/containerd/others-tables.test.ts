import * as fc from 'fast-check';
import { applied, DROP_IN, host, MAIN, OWNER, PLATFORM, tables, textOf } from './fixtures';
import { loadConfig, mergedContent } from '../../../agent/containerd/loaded-config';
import { ContainerdTables, planContainerdChanges } from '../../../agent/containerd/plan-changes';
import { runtimesOf } from '../../../agent/containerd/runtime-tables';
import { parseToml, Table, tableAt } from '../../../agent/containerd/toml';
import { CONTAINERD_TABLES } from '../../../src/platform/containerd-tables';

/*
 * Nodes on which somebody else has installed gVisor or Kata, in the shapes that their installers write:
 *  - scripts: gVisor's user guide, and what people append by it, with and without options
 *  - Gardener: charts/internal/gvisor-installation/templates/configmap-containerd.yaml of gardener-extension-runtime-gvisor
 *  - kata-deploy: tools/packaging/kata-deploy/binary/src/runtime/containerd.rs, and scripts/containerd.sh before it
 */

const V2 = 'plugins."io.containerd.grpc.v1.cri"';
const V3 = 'plugins."io.containerd.cri.v1.runtime"';
const OF_VERSION: { readonly [version: number]: string } = { 2: V2, 3: V3, 4: V3 };

/** What kubeadm nodes have, with an import of drop-ins as containerd 2.2 writes it itself. */
function usual(version: number, imports?: string): string {
  return `version = ${version}
${imports === undefined ? '' : `imports = [${imports}]\n`}
[${OF_VERSION[version]}.containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
  [${OF_VERSION[version]}.containerd.runtimes.runc.options]
    SystemdCgroup = true
`;
}

const script = (version: number) => `${usual(version)}
[${OF_VERSION[version]}.containerd.runtimes.runsc]
  runtime_type = "io.containerd.runsc.v1"
`;

const gardener = (version: number) => `${usual(version)}[${OF_VERSION[version]}.containerd.runtimes.runsc]
runtime_type = "io.containerd.runsc.v1"
[${OF_VERSION[version]}.containerd.runtimes.runsc.options]
TypeUrl = "io.containerd.runsc.v1.options"
ConfigPath = "/etc/containerd/runsc.toml"
`;

const addon = `${usual(2)}
[${V2}.containerd.runtimes.runsc]
  runtime_type = "io.containerd.runsc.v1"
  pod_annotations = [ "dev.gvisor.*" ]
`;

const kataDeploy = (version: number) => `[${OF_VERSION[version]}.containerd.runtimes.kata-qemu]
runtime_type = "io.containerd.kata-qemu.v2"
runtime_path = "/opt/kata/bin/containerd-shim-kata-v2"
privileged_without_host_devices = true
pod_annotations = ["io.katacontainers.*"]
container_annotations = ["io.kubernetes.container.terminationMessage*"]

[${OF_VERSION[version]}.containerd.runtimes.kata-qemu.options]
ConfigPath = "/opt/kata/share/defaults/kata-containers/runtimes/qemu/configuration-qemu.toml"
`;

interface Node {
  readonly of: string;
  readonly containerd: string;
  readonly files: { readonly [path: string]: string };
  readonly handler: string;
  readonly by: string;
  /** The file that has the table. */
  readonly in?: string;
}

const CONF_D = '"/etc/containerd/conf.d/*.toml"';
const IN_CONF_D = '/etc/containerd/conf.d/kata-deploy.toml';

const NODES: readonly Node[] = [
  ...([['1.7.35', 2], ['2.2.9', 2], ['2.2.9', 3], ['2.3.7', 4]] as const).flatMap(([containerd, version]) => [
    { of: `a script, version ${version}`, containerd, files: { [MAIN]: script(version) }, handler: 'runsc', by: "a script or Gardener's extension" },
    { of: `Gardener, version ${version}`, containerd, files: { [MAIN]: gardener(version) }, handler: 'runsc', by: "a script or Gardener's extension" },
    { of: `kata-deploy in place, version ${version}`, containerd, files: { [MAIN]: usual(version) + kataDeploy(version) }, handler: 'kata-qemu', by: 'kata-deploy' },
  ]),
  { of: 'the addon of minikube', containerd: '1.7.35', files: { [MAIN]: addon }, handler: 'runsc', by: "a script or Gardener's extension" },
  { of: 'kata-deploy in conf.d', containerd: '2.2.9', files: { [MAIN]: usual(3, CONF_D), [IN_CONF_D]: kataDeploy(3) }, handler: 'kata-qemu', by: 'kata-deploy', in: IN_CONF_D },
];

function install(node: Node, adopts: boolean, handlers: readonly ContainerdTables[] = [tables(node.handler)]) {
  const platform = adopts ? { ...PLATFORM, adopts: true as const } : PLATFORM;
  return planContainerdChanges({ platform, containerdVersion: node.containerd, files: host(node.files), handlers, owner: OWNER });
}

/** The table that containerd reads for a handler. */
function effective(files: ReturnType<typeof host>, handler: string): Table | undefined {
  const content = mergedContent(loadConfig(files, MAIN));
  const found = Object.values(CONTAINERD_TABLES).flatMap((section) => runtimesOf(content, section)?.[handler] ?? []);
  expect(found.length).toBeLessThan(2);
  return found[0] as Table | undefined;
}

const own = (handler: string, { v3 }: ContainerdTables = tables(handler)) => runtimesOf(parseToml(v3), CONTAINERD_TABLES.v3)![handler];
const each = (nodes: readonly Node[]) => nodes.map((node) => [node.of, node.containerd, node] as const);

describe.each(each(NODES))('a node of %s on containerd %s', (_, __, node) => {
  test('is refused: it says who installed the handler, where, and both ways out', () => {
    expect(() => install(node, false)).toThrow(new RegExp(`^${node.in ?? MAIN} already has a handler "${node.handler}" \\(it runs .*\\), which ${node.by} installed: `
      + `give the runtime another handler name, or remove \\[plugins\\..*\\.containerd\\.runtimes\\.${node.handler}\\] first$`));
  });

  test('takes the runtime side by side under another handler, and the other one stays as it is', () => {
    const before = host(node.files);
    const after = applied(before, install(node, false, [tables('ours')]));
    expect(effective(after, node.handler)).toEqual(effective(before, node.handler));
    expect(effective(after, 'ours')).toEqual(own('ours'));
  });
});

/** A table of ours that has a key for each of theirs. */
const exact = NODES.filter(({ of, containerd }) => /script|Gardener/.test(of) && containerd.startsWith('2.'));

describe.each(each(exact))('told to adopt, on a node of %s on containerd %s', (_, __, node) => {
  const before = host(node.files);
  const changes = install(node, true);
  const after = applied(before, changes);

  test('containerd reads our table and nothing of the other one', () => {
    expect(effective(after, node.handler)).toEqual(own(node.handler));
  });

  test('the other table stays where it is, byte for byte', () => {
    const main = textOf(after, MAIN)!;
    expect(main).toContain(node.files[MAIN].slice(node.files[MAIN].indexOf('[')));
    expect(textOf(after, DROP_IN)).toContain('/opt/sandbox-runtimes/gvisor/');
  });

  test('a second run writes nothing, and with another release our drop-in alone changes', () => {
    const again = { ...node, files: { [MAIN]: textOf(after, MAIN)!, [DROP_IN]: textOf(after, DROP_IN)! } };
    expect(install(again, true)).toEqual([]);
    expect(install(again, true, [tables('runsc', '20261005.0')]).map(({ path }) => path)).toEqual([DROP_IN]);
  });

  test('taken back, it is the other one that counts, with every byte as it was', () => {
    const again = { ...node, files: { [MAIN]: textOf(after, MAIN)!, [DROP_IN]: textOf(after, DROP_IN)! } };
    const back = applied(host(again.files), install(again, true, []));
    expect(textOf(back, MAIN)).toBe(node.files[MAIN]);
    expect(textOf(back, DROP_IN)).toBeUndefined();
  });
});

describe('told to adopt, it refuses all the same', () => {
  test.each(each(NODES.filter(({ containerd }) => containerd.startsWith('1.'))))('what containerd cannot merge: %s on %s', (_, __, node) => {
    expect(() => install(node, true)).toThrow(/give the runtime another handler name, or remove/);
  });

  test('a table with a key that would count beside ours', () => {
    const kata = NODES.find(({ of }) => of === 'kata-deploy in conf.d')!;
    const { v2, v3 } = tables('kata-qemu');
    const bare = (text: string) => text.replace(/pod_annotations = .*\n/, '');
    expect(() => install(kata, true, [{ handler: 'kata-qemu', v2: bare(v2), v3: bare(v3) }]))
      .toThrow(/which kata-deploy installed and which cannot be adopted, since its pod_annotations, container_annotations would count beside our settings: give/);
  });

  test('a table in a section that this containerd reads otherwise than ours', () => {
    const old = '[plugins.cri.containerd.runtimes.runsc]\n  runtime_type = "io.containerd.runsc.v1"\n';
    const node = { ...NODES[0], containerd: '2.2.9', files: { [MAIN]: `version = 3\n${old}` } };
    expect(() => install(node, true)).toThrow(/remove \[plugins\."cri"\.containerd\.runtimes\.runsc\] first/);
  });

  test('a second handler that cannot be adopted beside one that can', () => {
    const files = { [MAIN]: `${script(3)}\n[${V3}.containerd.runtimes.second]\nruntime_type = "io.containerd.runsc.v1"\nsnapshotter = "native"\n` };
    expect(() => install({ ...NODES[0], containerd: '2.2.9', files }, true, [tables('runsc'), tables('second')])).toThrow(/"second" .* since its snapshotter would count/);
  });
});

test('told to adopt, the table of kata-deploy is adopted once ours says for itself which annotations there are', () => {
  const kata = NODES.find(({ of }) => of === 'kata-deploy in conf.d')!;
  const { v2, v3 } = tables('kata-qemu');
  const whole = (text: string) => text.replace(/(pod_annotations = .*\n)/, '$1container_annotations = ["io.kubernetes.container.terminationMessage*"]\n');
  const ours = { handler: 'kata-qemu', v2: whole(v2), v3: whole(v3) };
  expect(effective(applied(host(kata.files), install(kata, true, [ours])), 'kata-qemu')).toEqual(own('kata-qemu', ours));
});

describe('told to adopt, where containerd reads another file after our drop-in', () => {
  const LATER = '/etc/containerd/conf.d/zzz-gvisor.toml';
  const theirs = `[${V3}.containerd.runtimes.runsc]
runtime_type = "io.containerd.runc.v2"
runtime_path = "/usr/local/bin/containerd-shim-runc-v2"
[${V3}.containerd.runtimes.runsc.options]
ConfigPath = "/etc/containerd/runsc.toml"
`;
  const nodeWith = (files: { readonly [path: string]: string }): Node => ({ of: '', by: '', handler: 'runsc', containerd: '2.2.9', files });
  const refusal = (path: string) => new RegExp(`^${path} already has a handler "runsc" \\(it runs /usr/local/bin/containerd-shim-runc-v2\\), which a script installed and which cannot be adopted, `
    + 'since it is read after our drop-in and its runtime_type, runtime_path, options.ConfigPath would count over our settings: give');

  test('its table is refused with the name of that file', () => {
    expect(() => install(nodeWith({ [MAIN]: usual(3, CONF_D), [LATER]: theirs }), true)).toThrow(refusal(LATER));
  });

  test('it is refused also where the file came after us, and nothing of ours would have to be written', () => {
    const before = host({ [MAIN]: usual(3, CONF_D) });
    const after = applied(before, install(nodeWith({ [MAIN]: usual(3, CONF_D) }), true));
    const files = { [MAIN]: textOf(after, MAIN)!, [DROP_IN]: textOf(after, DROP_IN)! };
    expect(install(nodeWith(files), true)).toEqual([]);
    expect(() => install(nodeWith({ ...files, [LATER]: theirs }), true)).toThrow(refusal(LATER));
  });

  test('it is refused behind our own entry in imports, which stands in front of the others', () => {
    const files = { [MAIN]: usual(3, '"/etc/containerd/gvisor.d/*.toml"'), '/etc/containerd/gvisor.d/a.toml': theirs };
    expect(() => install(nodeWith(files), true)).toThrow(refusal('/etc/containerd/gvisor.d/a.toml'));
  });

  test('a table that says the same as ours is no reason', () => {
    const files = { [MAIN]: usual(3, CONF_D), [LATER]: `[${V3}.containerd.runtimes.runsc]\nruntime_type = "io.containerd.runsc.v1"\n` };
    const after = applied(host(files), install(nodeWith(files), true));
    expect(effective(after, 'runsc')).toEqual(own('runsc'));
  });

  test('the table of another handler is none of our business', () => {
    const files = { [MAIN]: usual(3, CONF_D), [LATER]: theirs.replaceAll('.runsc', '.other') };
    expect(effective(applied(host(files), install(nodeWith(files), true)), 'runsc')).toEqual(own('runsc'));
  });
});

describe('told to adopt, it refuses the settings of somebody else for the images of the handler', () => {
  const IMAGES = 'plugins."io.containerd.cri.v1.images".runtime_platforms.runsc';
  const platforms = `[${IMAGES}]\nsnapshotter = "nydus"\nplatform = "linux/arm64"\n`;
  const nodeWith = (text: string): Node => ({ of: '', by: '', handler: 'runsc', containerd: '2.2.9', files: { [MAIN]: text } });
  const snapshotting = { handler: 'runsc', v2: tables('runsc').v2, v3: `${tables('runsc').v3}\n[${IMAGES}]\nsnapshotter = "overlayfs"\n` };

  test.each([['beside its table', script(3)], ['which it has no table for', usual(3)]])('%s', (_, text) => {
    expect(() => install(nodeWith(text + platforms), true)).toThrow(
      new RegExp('has a handler "runsc" \\(settings of its images\\), .* cannot be adopted, since its snapshotter, platform would count beside our settings: .* '
        + 'or remove \\[plugins."io.containerd.cri.v1.images".runtime_platforms.runsc\\] first$'));
  });

  test('of which ours has only some', () => {
    expect(() => install(nodeWith(script(3) + platforms), true, [snapshotting])).toThrow(/since its platform would count beside our settings/);
  });

  test('but not where ours has all of them', () => {
    const node = nodeWith(script(3) + platforms.replace(/platform = .*\n/, ''));
    const content = mergedContent(loadConfig(applied(host(node.files), install(node, true, [snapshotting])), MAIN));
    expect(tableAt(content, ['plugins', 'io.containerd.cri.v1.images', 'runtime_platforms', 'runsc'])).toEqual({ snapshotter: 'overlayfs' });
  });
});

describe('told to adopt the handler that is the default runtime', () => {
  const byDefault = (handler: string, cri = V3) => `[${cri}.containerd]\n  default_runtime_name = "${handler}"\n`;
  const nodeWith = (files: { readonly [path: string]: string }): Node => ({ of: '', by: '', handler: 'runsc', containerd: '2.2.9', files });
  const refusal = (path: string) => new RegExp(`^${path} has default_runtime_name = "runsc", so all Pods without a RuntimeClass would run in what is installed here: write "runc" there, or give the runtime another handler name$`);

  test.each([[2, V2], [3, V3]])('refuses, since all Pods without a class would move: version %i', (version, cri) => {
    expect(() => install(nodeWith({ [MAIN]: script(version) + byDefault('runsc', cri) }), true)).toThrow(refusal(MAIN));
  });

  test('refuses with the file that says so last', () => {
    const files = { [MAIN]: usual(3, CONF_D) + byDefault('runc'), '/etc/containerd/conf.d/z.toml': byDefault('runsc') };
    expect(() => install(nodeWith(files), true)).toThrow(refusal('/etc/containerd/conf.d/z.toml'));
  });

  test('adopts where another file makes runc the default again', () => {
    const files = { [MAIN]: `${usual(3, CONF_D)}${byDefault('runsc')}[${V3}.containerd.runtimes.runsc]\nruntime_type = "io.containerd.runsc.v1"\n`, '/etc/containerd/conf.d/z.toml': byDefault('runc') };
    expect(effective(applied(host(files), install(nodeWith(files), true)), 'runsc')).toEqual(own('runsc'));
  });
});

const value = fc.constantFrom('"other"', 'true', '["a", "b"]');
const keys = (...names: string[]) => fc.dictionary(fc.constantFrom(...names), value, { maxKeys: names.length });
const someTable = fc.record({
  table: keys('runtime_type', 'runtime_path', 'privileged_without_host_devices', 'pod_annotations', 'snapshotter', 'sandboxer', 'cgroup_writable'),
  options: fc.option(keys('TypeUrl', 'ConfigPath', 'BinaryName', 'SystemdCgroup')),
  version: fc.constantFrom(2, 3, 4),
  file: fc.constantFrom(MAIN, '/etc/containerd/conf.d/a.toml', '/etc/containerd/conf.d/zzz.toml'),
});

test('told to adopt, containerd reads our table and nothing else, or the handler is refused', () => {
  fc.assert(fc.property(someTable, ({ table, options, version, file }) => {
    const lines = (all: { [key: string]: string }) => Object.entries(all).map(([key, text]) => `${key} = ${text}\n`).join('');
    const header = `${OF_VERSION[version]}.containerd.runtimes.runsc`;
    const theirs = `[${header}]\n${lines(table)}${options ? `[${header}.options]\n${lines(options)}` : ''}`;
    const text = file === MAIN ? usual(version) + theirs : usual(version, CONF_D);
    const files = { [MAIN]: text, ...(file === MAIN ? {} : { [file]: theirs }) };
    const node: Node = { of: '', by: '', handler: 'runsc', containerd: '2.3.7', files };
    const ours = own('runsc') as Table;
    const counts = (all: { [key: string]: string }, over: Table) => Object.entries(all).some(([key, written]) =>
      !(key in over) || (file.includes('zzz') && written !== JSON.stringify(over[key])));
    if (counts(table, ours) || counts(options ?? {}, ours.options as Table)) {
      expect(() => install(node, true)).toThrow(/cannot be adopted, since .* would count (beside|over) our settings/);
      return;
    }
    const after = applied(host(files), install(node, true));
    expect(effective(after, 'runsc')).toEqual(ours);
    const again = { ...node, files: { ...files, [MAIN]: textOf(after, MAIN)!, [DROP_IN]: textOf(after, DROP_IN)! } };
    expect(textOf(applied(host(again.files), install(again, true, [])), MAIN)).toBe(text);
  }));
});
