import * as fs from 'fs';
import * as path from 'path';
import { Chart, Duration } from 'cdk8s';
import * as fc from 'fast-check';
import { editPlan, installerPod, pod, putSomewhere, quickstart, runtimeClass, synthesized, type Manifests } from './fixture';
import { FORK, kata, limited } from './kata-fixture';
import { kataDeploy } from './others-fixture';
import { GVisorRelease, GVisorRuntime, KataArtifacts, NodeInstaller, type NodeInstallerProps, NodePlatform } from '../../src';
import { LineUpIndex } from '../../src/lineup/line-up-index';
import type { Rule } from '../../src/lineup/rule';
import { RULES } from '../../src/lineup/rules';

const FOLDER = path.join(__dirname, '../../src/lineup/rules');
const JUDGE_ALL = { external: new Set<string>(), externalHandlers: new Set<string>(), judgesUnknown: true };

/** Each rule as its own file has it, without the condition under which the file is loaded. */
const FILES: Array<[string, Rule]> = fs.readdirSync(FOLDER).filter((name) => name.endsWith('.ts')).sort()
  .map((name) => [name.slice(0, -'.ts'.length), Object.values(jest.requireActual<object>(path.join(FOLDER, name))).find(isRule)!]);

function isRule(value: unknown): value is Rule {
  return typeof value === 'object' && value !== null && 'id' in value && 'check' in value;
}

function gvisor(installer: NodeInstallerProps): Manifests {
  return synthesized((app) => {
    const chart = new Chart(app, 'sandbox', { namespace: 'sandbox-system' });
    new NodeInstaller(chart, 'installer', installer);
    new GVisorRuntime(chart, 'gvisor', { release: GVisorRelease.V20261005_0 });
  });
}

function node(name: string, handlers: string[]): object {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels: {} }, status: { runtimeHandlers: handlers.map((handler) => ({ name: handler })) } };
}

/** With each of them, something that a rule about few manifests may have to do with; the names are of rules that find something in it as it is. */
const APPLICATIONS: ReadonlyArray<[finding: readonly string[], () => Manifests]> = [
  [[], quickstart],
  [['docker-runtime'], () => gvisor({ platform: NodePlatform.DOCKER })],
  [['gvisor-on-crio'], () => gvisor({ platform: NodePlatform.crio({ disableSelinux: true }) })],
  [['installer-images'], () => without('copy-', kata({ artifacts: KataArtifacts.image() }))],
  [['installer-watch'], () => withoutMounts('watch', gvisor({ driftCheckInterval: Duration.minutes(1) }))],
  [['node-handler'], () => [...quickstart(), node('a', ['runsc']), node('b', [])]],
  [['others-label', 'kata-overhead'], () => [kataDeploy(), runtimeClass('mine', 'kata-qemu-runtime-rs')]],
  [['kata-guest-size'], () => [...kata(), pod('web', limited())]],
  // Known by its class's handler alone, and by the name of a class that is not there.
  [['kata-guest-size', 'kata-overhead'], () => [runtimeClass('mine', 'kata-qemu-runtime-rs'), pod('web', limited(undefined, 'mine'))]],
  [['kata-guest-size', 'kata-annotations'], () => [annotated(pod('web', limited(undefined, 'kata-qemu')))]],
  // Known by its installation alone.
  [['kata-release'], () => edited(quickstart(), ({ runtimes: [runtime] }) => { runtime.runtime = 'qata-qemu'; })],
  [['kata-guest-size'], () => [...edited(kata({ shim: FORK }), ({ runtimes: [runtime] }) => { runtime.runtime = 'gvisor'; }), pod('web', limited())]],
];

function annotated(object: any): object {
  return { ...object, metadata: { ...object.metadata, annotations: { 'io.katacontainers.config.hypervisor.firmware': 'debug' } } };
}

function without(container: string, manifests: Manifests): Manifests {
  const spec = installerPod(manifests);
  spec.initContainers = spec.initContainers.filter(({ name }: any) => !name.startsWith(container));
  return manifests;
}

function withoutMounts(container: string, manifests: Manifests): Manifests {
  installerPod(manifests).containers.find(({ name }: any) => name === container).volumeMounts = [];
  return manifests;
}

function edited(manifests: Manifests, edit: (plan: any) => void): Manifests {
  editPlan(manifests, edit);
  return manifests;
}

beforeEach(() => jest.spyOn(console, 'warn').mockImplementation());
afterEach(() => jest.restoreAllMocks());

test.each(FILES)('%s is registered under the name of its file', (name, rule) => {
  expect(rule.id).toBe(name);
  expect(RULES.map(({ id }) => id)).toContain(name);
});

function found(rule: Rule, manifests: Manifests): unknown[] {
  return [...rule.check(new LineUpIndex(manifests, JUDGE_ALL))].map(({ message, severity }) => ({ message, severity }));
}

test.each(APPLICATIONS.filter(([names]) => names.length))('%j find something in their application', (names, application) => {
  const manifests = application();
  for (const name of names) expect([name, found(new Map(FILES).get(name)!, manifests)]).toEqual([name, expect.arrayContaining([expect.anything()])]);
});

test('a rule that is loaded only for some manifests has nothing to say about any others', () => {
  const anyChanges = fc.array(fc.tuple(fc.nat(), fc.array(fc.nat(), { maxLength: 8 }), fc.jsonValue()), { maxLength: 2 });
  const check = (original: Manifests, changes: Array<[number, number[], unknown]>) => {
    const manifests = structuredClone(original);
    for (const [index, steps, value] of changes) putSomewhere(manifests[index % manifests.length], steps, value);
    for (const [name, rule] of FILES) {
      expect([name, found(RULES.find(({ id }) => id === name)!, manifests)]).toEqual([name, found(rule, manifests)]);
    }
  };
  const originals = APPLICATIONS.map(([, application]) => application());
  for (const original of originals) check(original, []);
  fc.assert(fc.property(fc.constantFrom(...originals), anyChanges, check), { numRuns: 300 });
});
