import { ApiObject, Chart, JsonPatch, Testing } from 'cdk8s';
import { SandboxedPod, SandboxRuntime, type SandboxedContainer } from '../../src';

function synth(container: object) {
  const chart = new Chart(Testing.app(), 'team', { namespace: 'team-a' });
  const runtime = SandboxRuntime.fromRuntimeClassName(chart, 'runtime', 'gvisor');
  new SandboxedPod(chart, 'web', { runtime, containers: [{ name: 'web', image: 'nginx', ...container } as SandboxedContainer] });
  return Testing.synth(chart)[0].spec.containers[0];
}

test.each([' nginx', 'nginx ', ' ', 'nginx\n', 'my image'])('the image %j is refused, since no image has a space in its name', (image) => {
  expect(() => synth({ image })).toThrow(`container "web" of team/web has the image ${JSON.stringify(image)}; an image's name has no spaces, such as "registry.example/web:1.0"`);
});

test.each<[object, string]>([
  [{ A: undefined }, 'container "web" of team/web has undefined for the environment variable A, which is no text; leave it out'],
  [{ A: null }, 'has null for the environment variable A, which is no text; leave it out'],
  [{ A: 8080 }, 'has 8080 for the environment variable A, which is no text; write \'8080\''],
  [
    { A: { valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } } },
    'has {"valueFrom":{"fieldRef":{"fieldPath":"spec.nodeName"}}} for the environment variable A, which is no text; add it to the Pod itself: '
    + 'ApiObject.of(pod).addJsonPatch(JsonPatch.add(\'/spec/containers/0/env\', [...]))',
  ],
])('the environment %j is refused', (env, message) => {
  expect(() => synth({ env })).toThrow(message);
});

test('the environment can have what is no text by way of the Pod itself', () => {
  const chart = new Chart(Testing.app(), 'team');
  const runtime = SandboxRuntime.fromRuntimeClassName(chart, 'runtime', 'gvisor');
  const pod = new SandboxedPod(chart, 'web', { runtime, containers: [{ name: 'web', image: 'nginx' }] });
  const env = [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }];
  ApiObject.of(pod).addJsonPatch(JsonPatch.add('/spec/containers/0/env', env));
  expect(Testing.synth(chart)[0].spec.containers[0].env).toEqual(env);
});

describe('what is of another type is refused, as JavaScript lets it through', () => {
  test.each<[object, string]>([
    [{ security: { runAsNonRoot: 'false' } }, 'runAsNonRoot of container "web" of team/web must be true or false, without quotes, got "false"'],
    [{ security: { allowPrivilegeEscalation: 'false' } }, 'allowPrivilegeEscalation of container "web" of team/web must be true or false, without quotes, got "false"'],
    [{ security: { readOnlyRootFilesystem: 1 } }, 'readOnlyRootFilesystem of container "web" of team/web must be true or false, without quotes, got 1'],
    [{ security: { addCapabilities: 'NET_ADMIN' } }, 'addCapabilities of container "web" of team/web must be a list of texts such as ["a", "b"], got "NET_ADMIN"'],
    [{ security: { dropCapabilities: 'ALL' } }, 'dropCapabilities of container "web" of team/web must be a list of texts'],
    [{ security: { runAsUser: '1000' } }, 'runAsUser of container "web" of team/web is "1000"; an ID is a whole number'],
    [{ command: 'sh' }, 'command of container "web" of team/web must be a list of texts such as ["a", "b"], got "sh"'],
    [{ args: 'x' }, 'args of container "web" of team/web must be a list of texts such as ["a", "b"], got "x"'],
    [{ args: [5] }, 'args of container "web" of team/web must be a list of texts such as ["a", "b"], got [5]'],
    [{ ports: [{ containerPort: '80' }] }, 'container "web" of team/web has the port "80"; a port is a whole number'],
    [{ ports: [{ containerPort: 80, protocol: 'tcp' }] }, 'protocol of a port of container "web" of team/web must be one of "TCP", "UDP", "SCTP", got "tcp"'],
    [{ ports: [80] }, 'ports of container "web" of team/web must be a list of objects such as [{ containerPort: 8080 }], got [80]'],
    [{ volumeMounts: [{ name: 'a', mountPath: 5 }] }, 'mountPath of a mount of container "web" of team/web must be text, got 5'],
    [{ volumeMounts: [{ name: 'a', mountPath: '/a', subPath: 5 }] }, 'subPath of a mount of container "web" of team/web must be text, got 5'],
    [{ volumeMounts: [{ name: 'a', mountPath: '/a', readOnly: 'true' }] }, 'readOnly of a mount of container "web" of team/web must be true or false, without quotes, got "true"'],
    [{ readinessProbe: { httpGet: { path: '/', port: 80 } } }, 'readinessProbe of container "web" of team/web must be a ContainerProbe such as ContainerProbe.httpGet(\'/\', 8080), got {"httpGet"'],
    ...['command', 'args', 'env', 'ports', 'resources', 'volumeMounts', 'security', 'readinessProbe'].map((member): [object, string] => (
      [{ [member]: null }, `${member} of container "web" of team/web must be `]
    )),
  ])('%j', (container, message) => {
    expect(() => synth(container)).toThrow(message);
  });
});
