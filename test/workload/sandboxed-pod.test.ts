import { Chart, Testing } from 'cdk8s';
import { ContainerProbe, PodRestartPolicy, PodVolume, SandboxedPod, SandboxRuntime, type SandboxedPodProps } from '../../src';

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
])('%s is refused', (_what, props, message) => {
  expect(() => synth(props)).toThrow(message);
});

test.each(['1', '0.5', '.5', '1.', '100m', '64Mi', '1e3', '5E-1', '+2', '3k', '1E'])('the quantity "%s" is one', (memoryLimit) => {
  expect(synth({ containers: [{ name: 'web', image: 'a', resources: { memoryLimit } }] }).spec.containers[0].resources.limits.memory).toBe(memoryLimit);
});

test('an emptyDir of no size is refused', () => {
  expect(() => PodVolume.emptyDir('tmp', 'lots')).toThrow('sizeLimit of the volume "tmp" must be a Kubernetes quantity such as "64Mi", got "lots"');
});

test.each([0, 65536])('a probe of the port %s is refused', (port) => {
  expect(() => ContainerProbe.httpGet('/', port)).toThrow(`a probe asks at the port ${port}; a port is a whole number from 1 to 65535`);
  expect(() => ContainerProbe.tcpSocket(port)).toThrow('a whole number from 1 to 65535');
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
