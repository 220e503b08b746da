import { configMap, container, editFile, one, quickstart, rehash, type Manifests } from './fixture';
import { misspellings, namesIn, NOT_JUDGED, occurrencesIn, rehashed, replaced, textsOf } from './misspelled-names';
import { checkLineUp } from '../../src/lineup/line-up';

const original = quickstart();
const occurrences = original.flatMap((object) => [...textsOf(object, [])].flatMap((place) => occurrencesIn(object, place, namesIn(original))));
const judged = occurrences.filter((occurrence) => !NOT_JUDGED.some(({ covers }) => covers(occurrence)));

test('the quickstart itself lines up', () => {
  expect(checkLineUp(original).findings).toEqual([]);
});

test('the names are found in every kind of object', () => {
  expect(new Set(judged.map(({ object }) => object.kind))).toEqual(new Set(original.map(({ kind }) => kind)));
  expect(judged.length).toBeGreaterThan(150);
});

test.each(NOT_JUDGED)('something in the quickstart is excused because $reason', ({ covers }) => {
  expect(occurrences.some(covers)).toBe(true);
});

test.each(original.map((object) => [`${object.kind} ${object.metadata.name}`, object]))('no misspelled name in %s survives', (_name, object) => {
  const survivors: string[] = [];
  for (const occurrence of judged.filter((candidate) => candidate.object === object)) {
    for (const text of misspellings(occurrence)) {
      const manifests = original.map((candidate) => (candidate === object ? replaced(object, occurrence.place, text) : candidate));
      // With the hash that it would have been synthesized with, only the specific rules are left to find a change of a ConfigMap.
      const { findings } = checkLineUp(object.kind === 'ConfigMap' ? rehashed(manifests) : manifests);
      const errors = findings.filter(({ severity, rule }) => severity === 'error' && !(object.kind === 'ConfigMap' && rule === 'plan-hash'));
      if (!errors.length) {
        survivors.push(`${occurrence.place.path.join('.')}: ${text.slice(Math.max(0, occurrence.from - 20), occurrence.to + 20)}`);
      }
    }
  }
  expect(survivors).toEqual([]);
});

describe('a misspelled name is reported as the link that it breaks', () => {
  const cases: Array<[string, string, (manifests: Manifests) => void]> = [
    ['class-exists', 'runtimeClassName of a Pod', (m) => (one(m, 'Pod').spec.runtimeClassName = 'gvisur')],
    ['class-exists', 'name of the RuntimeClass', (m) => (one(m, 'RuntimeClass').metadata.name = 'gvisur')],
    ['class-of-runtime', 'handler of the RuntimeClass', (m) => (one(m, 'RuntimeClass').handler = 'runsd')],
    ['readiness-label', 'label of the RuntimeClass', (m) => (one(m, 'RuntimeClass').scheduling.nodeSelector = { 'sandbox-runtimes.node-restriction.kubernetes.io/runsd': 'ready' })],
    ['runtime-table', 'handler in the v2 table', (m) => editFile(m, 'runsc.containerd-v2.toml', 'runtimes.runsc', 'runtimes.runsd')],
    ['runtime-table', 'handler in the v3 table', (m) => editFile(m, 'runsc.containerd-v3.toml', 'runtimes.runsc', 'runtimes.runsd')],
    ['shim', 'runtime_path in the v3 table', (m) => editFile(m, 'runsc.containerd-v3.toml', 'containerd-shim-runsc-v1', 'containerd-shim-runsd-v1')],
    ['config-path', 'ConfigPath in the v2 table', (m) => editFile(m, 'runsc.containerd-v2.toml', 'config/runsc/', 'config/runsd/')],
    ['staged-files', 'binary_name in the configuration file', (m) => editFile(m, 'runsc.runsc.toml', '/runsc"', '/runsd"')],
    ['installer-mounts', 'mount path of a host folder', (m) => (mount(m, '/opt/sandbox-runtimes').mountPath = '/opt/sandbox-runtimez')],
    ['installer-bundle', 'name of a ConfigMap', (m) => (configMap(m, 'files').metadata.name += 's')],
    ['fence', 'label in the admission policy', (m) => {
      const policy = m.find((object) => object.kind === 'ValidatingAdmissionPolicy');
      const keys = policy.spec.variables.find(({ name }: { name: string }) => name === 'keys');
      keys.expression = keys.expression.replace('/runsc', '/runsd');
    }],
  ];

  test.each(cases)('%s: %s', (rule, _what, edit) => {
    const manifests = structuredClone(original);
    edit(manifests);
    const errors = checkLineUp(rehash(manifests)).findings.filter(({ severity }) => severity === 'error');
    expect(errors.map((finding) => finding.rule)).toContain(rule);
  });
});

function mount(manifests: Manifests, path: string): any {
  return container(manifests, 'install').volumeMounts.find(({ mountPath }: { mountPath: string }) => mountPath === path);
}
