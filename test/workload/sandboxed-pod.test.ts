import { readdirSync } from 'node:fs';
import { Chart, Testing } from 'cdk8s';
import {
  ContainerProbe, GVisorRelease, GVisorRuntime, PodRestartPolicy, PodVolume, SandboxedPod, SandboxRuntime,
  type SandboxedContainer, type SandboxedPodProps,
} from '../../src';

const warn = jest.spyOn(console, 'warn').mockImplementation(() => {});

function synth(props: Partial<SandboxedPodProps>) {
  const chart = new Chart(Testing.app(), 'team', { namespace: 'team-a' });
  const runtime = SandboxRuntime.fromRuntimeClassName(chart, 'runtime', 'gvisor');
  new SandboxedPod(chart, 'web', { runtime, containers: [{ name: 'web', image: 'nginx' }], ...props });
  return Testing.synth(chart)[0];
}

test('a Pod has the restricted security context by default', () => {
  expect(synth({}).spec).toEqual({
    runtimeClassName: 'gvisor',
    automountServiceAccountToken: false,
    securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
    containers: [{
      name: 'web',
      image: 'nginx',
      securityContext: { runAsNonRoot: true, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    }],
  });
});

test('everything that a container needs can be said', () => {
  const pod = synth({
    volumes: [PodVolume.emptyDir('tmp', '64Mi'), PodVolume.configMap('conf', 'web'), PodVolume.secret('tls', 'web-tls'), PodVolume.persistentVolumeClaim('data', 'web')],
    initContainers: [{ name: 'migrate', image: 'web' }],
    restartPolicy: PodRestartPolicy.ON_FAILURE,
    serviceAccountName: 'web',
    terminationGracePeriodSeconds: 5,
    tolerations: [{ key: 'a' }],
    metadata: { name: 'web', labels: { app: 'web' } },
    containers: [{
      name: 'web',
      image: 'web',
      command: ['/web'],
      args: ['--verbose'],
      env: { A: 'b' },
      ports: [{ containerPort: 8080, name: 'http' }],
      resources: { cpuRequest: '100m', memoryLimit: '64Mi' },
      readinessProbe: ContainerProbe.httpGet('/', 8080, { periodSeconds: 5 }),
      livenessProbe: ContainerProbe.tcpSocket(8080),
      startupProbe: ContainerProbe.exec(['true']),
      volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }, { name: 'conf', mountPath: '/etc/web', readOnly: true }],
      security: { runAsUser: 1000, readOnlyRootFilesystem: true, addCapabilities: ['NET_BIND_SERVICE'] },
    }],
  });
  expect(pod).toMatchSnapshot();
});

test('the restricted defaults can be overridden for one container', () => {
  const [container] = synth({
    containers: [{ name: 'a', image: 'a', security: { runAsNonRoot: false, allowPrivilegeEscalation: true, dropCapabilities: [] } }],
  }).spec.containers;
  expect(container.securityContext).toEqual({ runAsNonRoot: false, allowPrivilegeEscalation: true, capabilities: { drop: [] } });
});

test('pinning to nodes is an affinity, which the scheduler sees', () => {
  expect(synth({ hostnames: ['node-1'] }).spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms).toEqual([
    { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['node-1'] }] },
  ]);
  expect(warn).not.toHaveBeenCalled();
});

test('nodeName is kept, with a warning that says what to write instead', () => {
  expect(synth({ nodeName: 'node-1' }).spec.nodeName).toBe('node-1');
  expect(warn).toHaveBeenCalledWith(expect.stringMatching(/node-name: Pod .*nodeName is node-1, .*it bypasses the scheduler.*\(SandboxedPod: hostnames\)/));
});

test('the file of its chart comes after that of the runtime by a dependency between the two', () => {
  const app = Testing.app();
  const apps = new Chart(app, 'apps');
  const platform = new Chart(app, 'platform', { namespace: 'sandbox-system' });
  const runtime = new GVisorRuntime(platform, 'gvisor', { release: GVisorRelease.V20261005_0 });
  new SandboxedPod(apps, 'web', { runtime, containers: [{ name: 'web', image: 'nginx' }] });
  apps.addDependency(platform);
  app.synth();
  expect(readdirSync(app.outdir).sort()).toEqual(['0000-platform.k8s.yaml', '0001-apps.k8s.yaml']);
});

test.each<[string, Partial<SandboxedPodProps>, string]>([
  ['no containers', { containers: [] }, 'team/web has no containers; a Pod needs at least one (containers: [{ name'],
  ['nodeName and hostnames', { nodeName: 'a', hostnames: ['b'] }, 'team/web has both nodeName ("a") and hostnames (b); keep hostnames'],
  ['an empty list of hostnames', { hostnames: [] }, 'hostnames of team/web is empty, which no node matches'],
  [
    'a mount of a volume that is not there',
    { containers: [{ name: 'web', image: 'a', volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }] }] },
    'container "web" of team/web mounts the volume "tmp", which the Pod does not have (it has none); add it to volumes',
  ],
  [
    'two containers of one name',
    { containers: [{ name: 'web', image: 'a' }], initContainers: [{ name: 'web', image: 'b' }] },
    'team/web has two containers "web", init containers included; give one of them another name',
  ],
  ...[0, 65536, 80.5, -1].map((containerPort): [string, Partial<SandboxedPodProps>, string] => [
    `the port ${containerPort}`,
    { containers: [{ name: 'web', image: 'a', ports: [{ containerPort }] }] },
    `container "web" of team/web has the port ${containerPort}; a port is a whole number from 1 to 65535`,
  ]),
  ...([['cpuRequest', '100m'], ['cpuLimit', '1'], ['memoryRequest', '64Mi'], ['memoryLimit', '256Mi']] as const).flatMap(([member, example]) =>
    ['lots', '', '-1', '1 Gi', '64MB', '1e'].map((quantity): [string, Partial<SandboxedPodProps>, string] => [
      `the ${member} "${quantity}"`,
      { containers: [{ name: 'web', image: 'a', resources: { [member]: quantity } }] },
      `${member} of container "web" of team/web must be a Kubernetes quantity such as "${example}", got "${quantity}"`,
    ])),
  ...([
    ['a name in capitals', { name: 'Web_1' }, 'the name of a container of team/web must be a DNS label (at most 63 lower-case letters, digits and "-", a letter or digit at both ends), got "Web_1"; write "web-1"'],
    ['a port\'s name that is too long', { ports: [{ containerPort: 80, name: 'a-name-too-long-1' }] }, 'container "web" of team/web has a port with the name "a-name-too-long-1"; such a name has at most 15'],
    ['a port\'s name without a letter', { ports: [{ containerPort: 80, name: '80' }] }, 'a port with the name "80"'],
    ['a port\'s name with two dashes', { ports: [{ containerPort: 80, name: 'a--b' }] }, 'a port with the name "a--b"'],
    ['two ports of one name', { ports: [{ containerPort: 80, name: 'http' }, { containerPort: 81, name: 'http' }] }, 'container "web" of team/web has two ports with the name "http"'],
    ['an environment variable with "="', { env: { 'A=B': 'c' } }, 'container "web" of team/web has the environment variable "A=B"; a name is printable ASCII without "="'],
    ['an environment variable without a name', { env: { '': 'c' } }, 'has the environment variable ""'],
    ['an environment variable that is a number', { env: { PORT: 8080 as any } }, 'container "web" of team/web has 8080 for the environment variable PORT, which is no text; write \'8080\''],
    ['a request of processors over the limit', { resources: { cpuRequest: '1', cpuLimit: '500m' } }, 'cpuRequest of container "web" of team/web is "1", more than its cpuLimit "500m"; a request is at most the limit'],
    ['a request of memory over the limit', { resources: { memoryRequest: '1Gi', memoryLimit: '900Mi' } }, 'memoryRequest of container "web" of team/web is "1Gi", more than its memoryLimit "900Mi"'],
    ['two volumes at one path', { volumeMounts: [{ name: 'a', mountPath: '/a' }, { name: 'b', mountPath: '/a' }] }, 'container "web" of team/web mounts two volumes at "/a"'],
    ['a volume at no path', { volumeMounts: [{ name: 'a', mountPath: '' }] }, 'mounts the volume "a" at no path; name one, such as "/data"'],
    ['a name of nothing but signs', { name: '__' }, 'a letter or digit at both ends), got "__"'],
    ['a path out of the volume', { volumeMounts: [{ name: 'a', mountPath: '/a', subPath: 'b/../../c' }] }, 'mounts "b/../../c" of the volume "a"; a subPath stays inside the volume'],
    ['a negative UID', { security: { runAsUser: -1 } }, 'runAsUser of container "web" of team/web is -1; an ID is a whole number from 0 to 2147483647'],
    ['a GID beyond what Linux has', { security: { runAsGroup: 2 ** 31 } }, 'runAsGroup of container "web" of team/web is 2147483648'],
    ['UID 0 where root is refused', { security: { runAsUser: 0 } }, 'container "web" of team/web has runAsUser: 0, which the kubelet refuses to start; give it another UID, or write runAsNonRoot: false'],
    ['a capability by its name in Linux', { security: { addCapabilities: ['CAP_NET_ADMIN'] } }, 'names the capability "CAP_NET_ADMIN"; Kubernetes calls it "NET_ADMIN"'],
  ] as [string, Partial<SandboxedContainer>, string][]).map(([what, container, message]): [string, Partial<SandboxedPodProps>, string] => (
    [what, { volumes: [PodVolume.emptyDir('a'), PodVolume.emptyDir('b')], containers: [{ name: 'web', image: 'a', ...container }] }, message]
  )),
  ['a name of the Pod in capitals', { metadata: { name: 'Web' } }, 'metadata.name of team/web must be a DNS subdomain (lower-case letters, digits, "-" and "."), got "Web"; write "web"'],
  ['a service account with a space', { serviceAccountName: 'my account' }, 'serviceAccountName of team/web must be a DNS subdomain'],
  ['half a second', { terminationGracePeriodSeconds: 0.5 }, 'terminationGracePeriodSeconds of team/web must be a whole number of seconds, 0 to 9007199254740991, got 0.5'],
  ['two volumes of one name', { volumes: [PodVolume.emptyDir('a'), PodVolume.secret('a', 'b')] }, 'team/web has two volumes "a"; give one of them another name'],
  ['a toleration of a taint that cannot be', { tolerations: [{ key: 'a b' }] }, 'a toleration has the key "a b", which no taint can have; write one such as "sandbox"'],
  ['a toleration of a value that cannot be', { tolerations: [{ key: 'a', value: 'b c' }] }, 'a toleration has the value "b c", which no taint can have'],
])('%s is refused', (_what, props, message) => {
  expect(() => synth(props)).toThrow(message);
});

test.each(['1', '0.5', '.5', '1.', '100m', '64Mi', '1e3', '5E-1', '+2', '3k', '1E'])('the quantity "%s" is one', (memoryLimit) => {
  expect(synth({ containers: [{ name: 'web', image: 'a', resources: { memoryLimit } }] }).spec.containers[0].resources.limits.memory).toBe(memoryLimit);
});

test('what the API server takes is taken', () => {
  const [container] = synth({
    metadata: { name: 'web.team-a' },
    terminationGracePeriodSeconds: 0,
    tolerations: [{}, { key: 'example.com/sandbox', value: '' }],
    volumes: [PodVolume.emptyDir('a')],
    containers: [{
      name: 'web-1',
      image: 'a',
      env: { 'a.b-c d': '' },
      ports: [{ containerPort: 1, name: 'a-1' }, { containerPort: 1, name: 'metrics-2-3456b' }, { containerPort: 2 }, { containerPort: 3 }],
      resources: { cpuRequest: '700m', cpuLimit: '0.7', memoryRequest: '134M', memoryLimit: '0.134G' },
      volumeMounts: [{ name: 'a', mountPath: '/a', subPath: 'b..c' }, { name: 'a', mountPath: '/b:c' }],
      readinessProbe: ContainerProbe.tcpSocket(80, { periodSeconds: 0 }),
      security: { runAsUser: 0, runAsNonRoot: false, addCapabilities: ['NET_BIND_SERVICE'] },
    }],
  }).spec.containers;
  expect(container.env).toEqual([{ name: 'a.b-c d', value: '' }]);
});

test('a volume has a name as Kubernetes takes it', () => {
  expect(() => PodVolume.secret('my_secret', 'a')).toThrow('the name of a volume must be a DNS label (at most 63 lower-case letters, digits and "-", a letter or digit at both ends), got "my_secret"; write "my-secret"');
});

test.each([
  [{ initialDelaySeconds: -1 }, 'initialDelaySeconds of a probe must be a whole number from 0 to 2147483647, got -1'],
  [{ timeoutSeconds: 1.5 }, 'timeoutSeconds of a probe must be a whole number from 0 to 2147483647, got 1.5'],
])('a probe with %j is refused', (options, message) => {
  expect(() => ContainerProbe.exec(['true'], options)).toThrow(message);
});

test('a probe of no command is refused', () => {
  expect(() => ContainerProbe.exec([])).toThrow('a probe has an empty command');
});

test('an emptyDir of no size is refused', () => {
  expect(() => PodVolume.emptyDir('tmp', 'lots')).toThrow('sizeLimit of the volume "tmp" must be a Kubernetes quantity such as "64Mi", got "lots"');
});

test.each([0, 65536])('a probe of the port %s is refused', (port) => {
  expect(() => ContainerProbe.httpGet('/', port)).toThrow(`a probe asks at the port ${port}; a port is a whole number from 1 to 65535`);
  expect(() => ContainerProbe.tcpSocket(port)).toThrow('a whole number from 1 to 65535');
});

test('a runtime of another app is refused, since its check would never see the Pod', () => {
  const runtime = SandboxRuntime.fromRuntimeClassName(new Chart(Testing.app(), 'platform'), 'runtime', 'gvisor');
  expect(() => new SandboxedPod(new Chart(Testing.app(), 'team'), 'web', { runtime, containers: [{ name: 'web', image: 'nginx' }] }))
    .toThrow('team/web belongs to another app than platform/runtime (RuntimeClass "gvisor"), whose synth would never see it; use SandboxRuntime.fromRuntimeClassName');
});

describe('who writes JavaScript, without types, is told what is missing', () => {
  const build = (props?: object) => {
    const chart = new Chart(Testing.app(), 'team');
    const runtime = SandboxRuntime.fromRuntimeClassName(chart, 'runtime', 'gvisor');
    return new SandboxedPod(chart, 'web', props && ({ runtime, ...props } as any));
  };

  test.each<[string, object | undefined, string]>([
    ['props', undefined, 'team/web has no runtime; give it the one to run in (runtime: gvisor)'],
    ['a runtime', { runtime: 'gvisor' }, 'team/web has no runtime'],
    ['containers', {}, 'team/web has no containers; a Pod needs at least one'],
    ['a list of containers', { containers: { name: 'web', image: 'a' } }, 'team/web has no containers'],
    ['a container\'s image', { containers: [{ name: 'web' }] }, 'a container of team/web has no image; write { name: \'web\', image:'],
    ['a container\'s name', { containers: [{ image: 'web' }] }, 'a container of team/web has no name'],
    ['a quantity as text', { containers: [{ name: 'web', image: 'a', resources: { memoryLimit: 64 } }] }, 'such as "256Mi", got 64'],
  ])('%s', (_, props, message) => {
    expect(() => build(props)).toThrow(message);
  });
});
