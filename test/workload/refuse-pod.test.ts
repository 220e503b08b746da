import { Chart, Lazy, Testing } from 'cdk8s';
import { ContainerProbe, PodVolume, SandboxedPod, SandboxRuntime, type SandboxedPodProps } from '../../src';

function synth(props: object) {
  const chart = new Chart(Testing.app(), 'team', { namespace: 'team-a' });
  const runtime = SandboxRuntime.fromRuntimeClassName(chart, 'runtime', 'gvisor');
  new SandboxedPod(chart, 'web', { runtime, containers: [{ name: 'web', image: 'nginx' }], ...props } as SandboxedPodProps);
  return Testing.synth(chart)[0];
}

describe('what the API server would refuse of a Pod is refused', () => {
  test.each<[string, object, string]>([
    ['a label with a space in its value', { metadata: { labels: { a: 'x y' } } }, 'metadata.labels of team/web has "x y" for "a", which no label can have: at most 63 letters'],
    ['a label with a space in its key', { metadata: { labels: { 'a b': 'x' } } }, 'metadata.labels of team/web has the key "a b", which no label can have; write one such as'],
    ['a label that is a number', { metadata: { labels: { a: 1 } } }, 'metadata.labels of team/web has 1 for "a"'],
    ['no labels at all', { metadata: { labels: null } }, 'metadata.labels of team/web must be an object, got null; leave it out'],
    ['an annotation with a space in its key', { metadata: { annotations: { 'a b': 'x' } } }, 'metadata.annotations of team/web has the key "a b", which no annotation can have; write one such as "example.com/owner"'],
    ['an annotation that is no text', { metadata: { annotations: { a: true } } }, 'metadata.annotations of team/web has true for "a"; an annotation is text, such as "true"'],
    ['annotations of more than 256 KiB', { metadata: { annotations: { a: 'x'.repeat(2 ** 18) } } }, 'metadata.annotations of team/web have 262145 bytes; all of them together may have 262144'],
    ['a Pod without a name', { metadata: { name: '' } }, 'metadata.name of team/web must be a DNS subdomain (lower-case letters, digits, "-" and "."), got ""'],
    ['a namespace with a dot', { metadata: { namespace: 'team.a' } }, 'metadata.namespace of team/web must be a DNS label (at most 63 lower-case letters, digits and "-", a letter or digit at both ends), got "team.a"; write "team-a"'],
    ['a node\'s name with "_"', { nodeName: 'A_b' }, 'nodeName of team/web must be a DNS subdomain (lower-case letters, digits, "-" and "."), got "A_b"; write "a-b"'],
    ['a host\'s name with a space', { hostnames: ['a', 'a b'] }, 'hostnames of team/web has "a b", which no label kubernetes.io/hostname can have: at most 63 letters, digits, "-", "_" and "."'],
    ['a host without a name', { hostnames: [''] }, 'hostnames of team/web has ""'],
    ['a time that no int64 has', { terminationGracePeriodSeconds: 2 ** 70 }, 'terminationGracePeriodSeconds of team/web must be a whole number of seconds, 0 to 9007199254740991, got 1.1805916207174113e+21'],
    ['a time as text', { terminationGracePeriodSeconds: '30' }, 'got "30"'],
    ...['readinessProbe', 'livenessProbe', 'startupProbe'].map((probe): [string, object, string] => [
      `an init container with a ${probe}`,
      { initContainers: [{ name: 'init', image: 'a', [probe]: ContainerProbe.tcpSocket(80) }] },
      `container "init" of team/web has a ${probe}, which no init container may have unless it is a sidecar; leave it out, make it one of containers, or add it and restartPolicy: 'Always' to the Pod itself`,
    ]),
  ])('%s', (_, props, message) => {
    expect(() => synth(props)).toThrow(message);
  });
});

test('what is not there yet is not judged: values of cdk8s that are made at synth, and tokens of the AWS CDK, whose clusters take charts', () => {
  const token = '${Token[TOKEN.1]}';
  const later = Lazy.any({ produce: () => 'made at synth' });
  const { metadata, spec } = synth({
    metadata: { labels: { a: later, b: token, c: undefined }, annotations: { a: later, b: token, c: undefined } },
    nodeName: token,
    serviceAccountName: token,
    containers: [{ name: 'web', image: 'nginx', command: Lazy.any({ produce: () => ['made', 'at', 'synth'] }) }],
    volumes: [PodVolume.secret('s', token)],
  });
  expect(metadata).toMatchObject({ labels: { a: 'made at synth', b: token }, annotations: { a: 'made at synth', b: token } });
  expect(spec).toMatchObject({ nodeName: token, serviceAccountName: token, containers: [{ command: ['made', 'at', 'synth'] }], volumes: [{ secret: { secretName: token } }] });
});

describe('what is of another type is refused, as JavaScript lets it through', () => {
  test.each<[object, string]>([
    [{ automountServiceAccountToken: 'false' }, 'automountServiceAccountToken of team/web must be true or false, without quotes, got "false"'],
    [{ restartPolicy: 'always' }, 'restartPolicy of team/web must be one of "Always", "OnFailure", "Never", got "always"'],
    [{ hostnames: 'node-1' }, 'hostnames of team/web must be a list of texts such as ["a", "b"], got "node-1"'],
    [{ tolerations: {} }, 'tolerations of team/web must be a list of objects, got {}'],
    [{ tolerations: [{ key: 'a', effect: 'noschedule' }] }, 'effect of a toleration must be one of "NoSchedule", "PreferNoSchedule", "NoExecute", got "noschedule"'],
    [{ tolerations: [{ key: 5 }] }, 'key of a toleration must be text, got 5'],
    [{ volumes: [{ name: 'tmp', emptyDir: {} }] }, 'volumes of team/web must be a list of PodVolumes such as [PodVolume.emptyDir(\'tmp\')], got [{"name":"tmp","emptyDir":{}}]'],
    [{ initContainers: { name: 'a', image: 'a' } }, 'initContainers of team/web must be a list of objects, got {"name":"a","image":"a"}'],
    [{ exceptions: { rule: 'host-path' } }, 'exceptions of team/web must be a list of objects, got {"rule":"host-path"}'],
    [{ exceptions: [{ rule: 'host-path' }] }, 'team/web has an exception from host-path without a reason; write why the Pod needs it'],
    [{ metadata: 'web' }, 'metadata of team/web must be an object, got "web"'],
    [{ serviceAccountName: 5 }, 'serviceAccountName of team/web must be a DNS subdomain (lower-case letters, digits, "-" and "."), got 5'],
  ])('%j', (props, message) => {
    expect(() => synth(props)).toThrow(message);
  });
});

test('what the API server takes of a Pod is taken', () => {
  const metadata = {
    name: 'web', namespace: 'team-b', labels: { 'app': 'web', 'example.com/A_b': '' }, annotations: { 'Example.com/Owner': 'Jane Doe <jane@example.com>', 'a': '' },
  };
  expect(synth({ metadata, terminationGracePeriodSeconds: 2 ** 40, hostnames: ['Node_1', 'node-2.example.com'] }).metadata).toEqual(metadata);
  expect(synth({ metadata: { labels: undefined } }).metadata.labels).toBeUndefined();
});
