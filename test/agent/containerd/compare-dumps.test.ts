import { compareDumps, sameRuntime } from '../../../agent/containerd/compare-dumps';
import { parseToml, Table } from '../../../agent/containerd/toml';

const RUNTIMES = 'plugins."io.containerd.cri.v1.runtime".containerd.runtimes';

function dump(more = '', imports = '[]', section = RUNTIMES): Table {
  return parseToml(`imports = ${imports}\nversion = 3\n[${section}.runc]\nruntime_type = "io.containerd.runc.v2"\n[${section}.runc.options]\nSystemdCgroup = true\n${more}`);
}

const OURS = `[${RUNTIMES}.runsc]\nruntime_type = "io.containerd.runsc.v1"\nsandboxer = "podsandbox"\npod_annotations = ["a"]\n[${RUNTIMES}.runsc.options]\nConfigPath = "/c"\n`;
const wanted = new Map([['runsc', parseToml('runtime_type = "io.containerd.runsc.v1"\npod_annotations = ["a"]\noptions = { ConfigPath = "/c" }')]]);

test('is content when the handler is served and only the imports differ besides', () => {
  expect(compareDumps(dump(), dump(OURS, '["/x"]'), wanted)).toEqual([]);
});

test('reads the dumps of containerd 1.x as well', () => {
  const v2 = RUNTIMES.replace('cri.v1.runtime', 'grpc.v1.cri');
  expect(compareDumps(dump('', '[]', v2), dump(OURS.replaceAll(RUNTIMES, v2), '[]', v2), wanted)).toEqual([]);
});

test.each([
  ['is not served', dump(), ['handler "runsc" is not served']],
  ['has another value', dump(OURS.replace('"/c"', '"/d"')), ['handler "runsc" would have options.ConfigPath "/d" instead of "/c"']],
  ['lacks a value', dump(OURS.replace('pod_annotations = ["a"]\n', '')), ['handler "runsc" would have pod_annotations nothing instead of ["a"]']],
])('says that the handler %s', (_, after, problems) => {
  expect(compareDumps(dump(), after, wanted)).toEqual(problems);
});

test('says what else would change', () => {
  expect(compareDumps(dump('[x]\na = 1\n'), parseToml(`version = 3\n${OURS}[x]\na = 2.0\n`), wanted)).toEqual([
    'plugins.io.containerd.cri.v1.runtime.containerd.runtimes.runc.runtime_type would change from "io.containerd.runc.v2" to nothing',
    'plugins.io.containerd.cri.v1.runtime.containerd.runtimes.runc.options.SystemdCgroup would change from true to nothing',
    'x.a would change from 1 to 2',
  ]);
});

test('names the first three problems and counts the others', () => {
  const before = dump('[x]\na = 1\nb = 1\nc = 1\nd = 1\ne = 1\n');
  expect(compareDumps(before, dump(), new Map()).at(-1)).toBe('and 2 more');
});

test('a missing key is the same as an empty one, but not as a set one', () => {
  expect(compareDumps(dump(), dump('[x]\na = ""\nb = 0\nc = false\nd = []\n[x.e]\n'), new Map())).toEqual([]);
  expect(compareDumps(dump('[x]\na = []\n'), dump('[x]\na = ["b"]\n'), new Map())).toHaveLength(1);
});

test('our former handlers may change and go, those of others may not', () => {
  expect(compareDumps(dump(OURS), dump(), new Map(), ['runsc'])).toEqual([]);
  expect(compareDumps(dump(OURS.replace('"/c"', '"/old"')), dump(OURS), wanted, ['runsc'])).toEqual([]);
  expect(compareDumps(dump(OURS), dump(), new Map(), ['gvisor'])[0]).toMatch(/runtimes.runsc.runtime_type would change/);
});

test('a snapshotter of our handler has to be that of its images as well, where images are a plugin of their own', () => {
  const table = new Map([['kata', parseToml('snapshotter = "devmapper"')]]);
  const runtime = `[${RUNTIMES}.kata]\nsnapshotter = "devmapper"\n`;
  const platforms = '[plugins."io.containerd.cri.v1.images".runtime_platforms';
  const images = (of: string) => `${platforms}.kata]\nplatform = ""\nsnapshotter = "${of}"\n`;
  const before = dump(`${platforms}]\n`);
  expect(compareDumps(before, dump(runtime + images('devmapper')), table)).toEqual([]);
  expect(compareDumps(dump(), dump(runtime), table)).toEqual([]);
  expect(compareDumps(before, dump(runtime + images('overlayfs')), table)).toEqual([
    'handler "kata" would have the snapshotter of its images "overlayfs" instead of "devmapper"',
  ]);
  expect(compareDumps(before, dump(`${runtime}${platforms}]\n`), table)).toEqual(['handler "kata" would have the snapshotter of its images nothing instead of "devmapper"']);
  expect(compareDumps(dump(runtime + images('devmapper')), before, new Map(), ['kata'])).toEqual([]);
  expect(compareDumps(before, dump(runtime + images('devmapper') + `${platforms}.other]\nsnapshotter = "zfs"\n`), table)).toEqual([
    'plugins.io.containerd.cri.v1.images.runtime_platforms.other.snapshotter would change from nothing to "zfs"',
  ]);
});

test.each([
  ['served in both with the same values', dump(OURS), dump(OURS, '["/x"]'), true],
  ['served with another value after', dump(OURS), dump(OURS.replace('"/c"', '"/d"')), false],
  ['served no more', dump(OURS), dump(), false],
  ['served in neither', dump(), dump(), false],
])('says whether a handler is the same that is %s', (_, before, after, same) => {
  expect(sameRuntime('runsc', before, after)).toBe(same);
});
