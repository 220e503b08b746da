import { Chart } from 'cdk8s';
import { synthesized, type Manifests } from './fixture';
import { misspellings, namesIn, NOT_JUDGED, occurrencesIn, rehashed, replaced, textsOf, type Occurrence } from './misspelled-names';
import { GVisorRelease, GVisorRuntime, NodeInstaller, NodePlatform, ReadinessGate, SandboxedPod } from '../../src';
import { checkLineUp } from '../../src/lineup/line-up';

function gvisor(props: ConstructorParameters<typeof NodeInstaller>[2]): Manifests {
  return synthesized((app) => {
    const chart = new Chart(app, 'sandbox', { namespace: 'sandbox-system' });
    new NodeInstaller(chart, 'installer', { nodeSelector: { pool: 'sandbox' }, ...props });
    const runtime = new GVisorRuntime(chart, 'gvisor', { release: GVisorRelease.V20261005_0 });
    new SandboxedPod(new Chart(app, 'team', { namespace: 'team-a' }), 'web', { runtime, containers: [{ name: 'web', image: 'nginx:1' }] });
  });
}

/** Applications beside the quickstart, in which every letter is tried, and those of Kata and of other installers. */
const APPLICATIONS: Array<[string, Manifests]> = [
  ['CRI-O', gvisor({ platform: NodePlatform.crio({ disableSelinux: true }) })],
  ['Docker', gvisor({ platform: NodePlatform.DOCKER })],
  ['containerd without a readiness gate', gvisor({ readiness: ReadinessGate.none() })],
];

/** A name's first, middle and last letter. */
function* sampled(occurrence: Occurrence): Generator<string> {
  const length = occurrence.to - occurrence.from;
  const wanted = new Set([0, Math.floor(length / 2), length - 1]);
  let position = 0;
  for (const text of misspellings(occurrence)) {
    // Two texts for each letter, of which the first reads like a name.
    if (position % 2 === 0 && wanted.has(position / 2)) yield text;
    position++;
  }
}

/** What these applications have beside the quickstart and nothing else in the manifests refers to. */
const ALONE: ReadonlyArray<{ readonly reason: string; readonly covers: (occurrence: Occurrence, original: Manifests) => boolean }> = [
  {
    reason: 'only the cluster knows the labels of its pools; where the class selects the pool, too, both are compared',
    covers: ({ object, place }, original) => object.kind === 'DaemonSet' && place.path.slice(-2).join() === 'nodeSelector,pool'
      && !original.find(({ kind }) => kind === 'RuntimeClass').scheduling.nodeSelector.pool,
  },
  {
    reason: 'runtime_type is containerd\'s; elsewhere the agent does not look at it',
    covers: ({ place: { text }, from }, original) => lineAt(text, from).startsWith('"runtimeType":') && !JSON.stringify(original).includes('containerd-v3.toml'),
  },
  {
    reason: 'the folder of CRI-O\'s runtime state is named nowhere else',
    covers: ({ place: { text }, from }) => lineAt(text, from).startsWith('runtime_root ='),
  },
];

function lineAt(text: string, position: number): string {
  return text.slice(text.lastIndexOf('\n', position) + 1).trimStart();
}

test.each(APPLICATIONS)('no misspelled name in gVisor on %s survives', (_name, original) => {
  expect(checkLineUp(original).findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  const names = namesIn(original);
  const survivors: string[] = [];
  let tried = 0;
  for (const object of original) {
    for (const place of textsOf(object, [])) {
      for (const occurrence of occurrencesIn(object, place, names)) {
        if (NOT_JUDGED.some(({ covers }) => covers(occurrence)) || ALONE.some(({ covers }) => covers(occurrence, original))) continue;
        for (const text of sampled(occurrence)) {
          tried++;
          const manifests = original.map((candidate) => (candidate === object ? replaced(object, place, text) : candidate));
          const { findings } = checkLineUp(object.kind === 'ConfigMap' ? rehashed(manifests) : manifests);
          // With the hash that it would have been synthesized with, only the specific rules are left to find a change of a ConfigMap.
          if (!findings.some(({ severity, rule }) => severity === 'error' && !(object.kind === 'ConfigMap' && rule === 'plan-hash'))) {
            survivors.push(`${object.kind} ${place.path.join('.')}: ${text.slice(Math.max(0, occurrence.from - 30), occurrence.to + 20)}`);
          }
        }
      }
    }
  }
  expect(survivors).toEqual([]);
  expect(tried).toBeGreaterThan(300);
}, 600_000);
