import { Chart, Duration } from 'cdk8s';
import { GVisorRelease, GVisorRuntime, NodeInstaller } from '../../../src';
import { checkLineUp } from '../../../src/lineup/line-up';
import { installerPod, type Manifests, messagesOf, synthesized } from '../fixture';

const RULE = 'installer-watch';

function watching(): Manifests {
  return synthesized((app) => {
    const chart = new Chart(app, 'sandbox', { namespace: 'sandbox-system' });
    new NodeInstaller(chart, 'installer', { driftCheckInterval: Duration.minutes(1) });
    new GVisorRuntime(chart, 'gvisor', { release: GVisorRelease.V20261005_0 });
  });
}

const container = (manifests: Manifests, name: string) => installerPod(manifests).containers.find((candidate: any) => candidate.name === name);
const mounts = (manifests: Manifests) => container(manifests, 'watch').volumeMounts;
const mount = (manifests: Manifests, path: string) => mounts(manifests).find(({ mountPath }: any) => mountPath === path);

test('accepts what the construct writes, and so do all other rules', () => {
  const manifests = watching();
  expect(messagesOf(RULE, manifests)).toEqual([]);
  expect(checkLineUp(manifests).findings).toEqual([]);
});

test.each(['readOnly', 'recursiveReadOnly'])('reports a host folder that is mounted without %s', (field) => {
  const manifests = watching();
  delete mount(manifests, '/run/containerd')[field];
  expect(messagesOf(RULE, manifests)).toEqual([
    "the container watch can write to the host's /run/containerd or below it, and only looks; mount it with readOnly: true and recursiveReadOnly: IfPossible",
  ]);
});

test.each([
  ['/etc/containerd', 2], ['/run/containerd', 1], ['/opt/sandbox-runtimes', 1], ['/var/lib/sandbox-runtimes', 1],
])('reports that %s cannot be seen', (path, messages) => {
  const manifests = watching();
  mounts(manifests).splice(mounts(manifests).indexOf(mount(manifests, path)), 1);
  const found = messagesOf(RULE, manifests);
  expect(found).toHaveLength(messages);
  expect(found[0]).toMatch(new RegExp(`^the container watch has to look at ${path}.*, and mounts no host folder above it; mounted are /`));
});

test('reports that it cannot tell what it found out', () => {
  const manifests = watching();
  mount(manifests, '/run/sandbox-runtimes').mountPath = '/run/elsewhere';
  expect(messagesOf(RULE, manifests)).toEqual([
    'the container watch mounts no emptyDir at /run/sandbox-runtimes, through which it tells admit what it found out',
  ]);
});

test('reports an admit that does not listen', () => {
  const manifests = watching();
  const { command } = container(manifests, 'admit');
  command[2] = 'while :; do node /sandbox-runtimes/agent.js admit; sleep 300; done';
  expect(messagesOf(RULE, manifests)).toEqual([
    'the container admit does not look for /run/sandbox-runtimes/news, so it learns only minutes later what watch found out',
  ]);
});

test('says nothing where nothing watches', () => {
  const manifests = watching();
  installerPod(manifests).containers.pop();
  expect(messagesOf(RULE, manifests)).toEqual([]);
});
