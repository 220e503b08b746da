import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiObject, App, Chart, JsonPatch, Testing, YamlOutputType } from 'cdk8s';
import { Construct } from 'constructs';
import { parseAllDocuments } from 'yaml';
import {
  AppArmorProfile, DesiredState, GVisorRelease, GVisorRuntime, NodeInstaller, NodePlatform, NodeRestart, ReadinessGate, TaintEffect,
  type NodeInstallerProps,
} from '../../src';
import { agentProgram } from '../../src/installer/agent-program';
import { planHash } from '../../src/installer/plan-hash';

const release = GVisorRelease.V20261005_0;

function synth(props?: NodeInstallerProps, namespace: string | undefined = 'sandbox-system') {
  const chart = new Chart(Testing.app(), 'sandbox', { namespace });
  if (props) new NodeInstaller(chart, 'installer', props);
  new GVisorRuntime(chart, 'gvisor', { release });
  return Testing.synth(chart);
}
const one = (objects: any[], kind: string, name?: string | RegExp) => {
  const found = objects.filter((o) => o.kind === kind && (!name || o.metadata.name.match(name)));
  expect(found).toHaveLength(1);
  return found[0];
};
const podSpec = (objects: any[]) => one(objects, 'DaemonSet').spec.template.spec;
const pem = (what: string) => `-----BEGIN ${what}-----\nMIIB\n-----END ${what}-----\n`;
const containers = (objects: any[]) => {
  const spec = podSpec(objects);
  return [...spec.initContainers, ...spec.containers];
};

describe('privileges', () => {
  test('no container has both a host mount and a token', () => {
    const objects = synth();
    const host = podSpec(objects).volumes.filter((v: any) => v.hostPath).map((v: any) => v.name);
    const tokens = podSpec(objects).volumes.filter((v: any) => JSON.stringify(v).includes('serviceAccountToken')).map((v: any) => v.name);
    const holders = containers(objects).map((c: any) => ({
      name: c.name,
      host: c.volumeMounts.some((m: any) => host.includes(m.name)),
      token: c.volumeMounts.some((m: any) => tokens.includes(m.name)),
    }));
    expect(holders).toEqual([
      { name: 'claim', host: false, token: true },
      { name: 'install', host: true, token: false },
      { name: 'admit', host: false, token: true },
    ]);
    expect(podSpec(objects).automountServiceAccountToken).toBe(false);
  });

  test('every container drops all capabilities and adds none, and none is privileged', () => {
    for (const container of containers(synth())) {
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, privileged: false, readOnlyRootFilesystem: true,
      });
    }
  });

  test('there are no host namespaces and no mount of the whole host', () => {
    const spec = podSpec(synth());
    expect(spec).not.toHaveProperty('hostPID');
    expect(spec).not.toHaveProperty('hostNetwork');
    expect(spec).not.toHaveProperty('hostIPC');
    expect(spec.volumes.map((v: any) => v.hostPath?.path).filter(Boolean).sort()).toEqual([
      '/etc/containerd', '/opt/sandbox-runtimes', '/run/containerd', '/run/systemd', '/usr', '/var/lib/sandbox-runtimes',
    ]);
  });

  test('sockets and /usr are mounted recursively read-only, as folders', () => {
    const objects = synth();
    const install = containers(objects).find((c: any) => c.name === 'install');
    const readOnly = install.volumeMounts.filter((m: any) => m.recursiveReadOnly).map((m: any) => [m.mountPath, m.readOnly, m.recursiveReadOnly]);
    expect(readOnly).toEqual([
      ['/run/containerd', true, 'IfPossible'], ['/run/systemd', true, 'IfPossible'], ['/host/usr', true, 'IfPossible'],
    ]);
    expect(podSpec(objects).volumes.every((v: any) => !v.hostPath || v.hostPath.type.startsWith('Directory'))).toBe(true);
  });

  test('without a gate there is no token, no claim and no object at the API server but what runs', () => {
    const objects = synth({ readiness: ReadinessGate.none() });
    expect(containers(objects).map((c: any) => c.name)).toEqual(['install', 'admit']);
    expect(JSON.stringify(podSpec(objects))).not.toContain('serviceAccount');
    expect(objects.map((o) => o.kind).sort()).toEqual(['ConfigMap', 'ConfigMap', 'ConfigMap', 'DaemonSet', 'Namespace', 'RuntimeClass']);
    expect(one(objects, 'RuntimeClass').scheduling.nodeSelector).toEqual({ 'kubernetes.io/os': 'linux' });
  });
});

describe('the plan\'s hash', () => {
  const contents = (objects: any[]) => ({
    ...one(objects, 'ConfigMap', /-plan$/).data,
    ...one(objects, 'ConfigMap', /-agent$/).data,
    ...Object.fromEntries(Object.entries<string>(one(objects, 'ConfigMap', /-files$/).data).map(([key, text]) => [`files/${key}`, text])),
  });
  const annotation = (objects: any[]) => one(objects, 'DaemonSet').spec.template.metadata.annotations['sandbox-runtimes/plan-hash'];

  test('is that of the mounted files', () => {
    const objects = synth();
    expect(annotation(objects)).toBe(planHash(contents(objects)));
  });

  test('follows a JSON patch of a ConfigMap', () => {
    const chart = new Chart(Testing.app(), 'sandbox', { namespace: 'sandbox-system' });
    const installer = new NodeInstaller(chart, 'installer');
    new GVisorRuntime(chart, 'gvisor', { release });
    const before = annotation(Testing.synth(chart));
    ApiObject.of(installer.node.findChild('Agent')).addJsonPatch(JsonPatch.add('/data/agent.js', '// another agent'));
    const objects = Testing.synth(chart);
    expect(annotation(objects)).not.toBe(before);
    expect(annotation(objects)).toBe(planHash(contents(objects)));
  });
});

describe('what is shared and what is not', () => {
  test('all runtimes of a chart share the installer that the first one makes', () => {
    const chart = new Chart(Testing.app(), 'sandbox', { namespace: 'sandbox-system' });
    new GVisorRuntime(chart, 'a', { release, handler: 'runsc-a', runtimeClassName: 'a' });
    new GVisorRuntime(chart, 'b', { release, handler: 'runsc-b', runtimeClassName: 'b' });
    const objects = Testing.synth(chart);
    const plan = JSON.parse(one(objects, 'ConfigMap', /-plan$/).data['plan.json']);
    expect(plan.runtimes.map((r: any) => r.handler)).toEqual(['runsc-a', 'runsc-b']);
  });

  test('an explicit installer after the implicit one is refused, and says what to do', () => {
    const chart = new Chart(Testing.app(), 'sandbox');
    new GVisorRuntime(chart, 'gvisor', { release });
    expect(() => new NodeInstaller(chart, 'mine')).toThrow(
      'sandbox/mine comes after a runtime that already made the installer sandbox/node-installer; create the NodeInstaller before the first runtime');
  });

  test('with two installers in the chart, a runtime has to name its own', () => {
    const chart = new Chart(Testing.app(), 'sandbox');
    new NodeInstaller(chart, 'a', { nodeSelector: { pool: 'a' } });
    new NodeInstaller(chart, 'b', { nodeSelector: { pool: 'b' } });
    expect(() => new GVisorRuntime(chart, 'gvisor', { release })).toThrow(
      'sandbox has several installers (sandbox/a, sandbox/b); name those that bring the runtime to its nodes in the prop installers');
  });

  test('one runtime on two pools is one class, and the label opens both', () => {
    const chart = new Chart(Testing.app(), 'sandbox', { namespace: 'sandbox-system' });
    const installers = ['a', 'b'].map((pool) => new NodeInstaller(chart, pool, { nodeSelector: { pool } }));
    new GVisorRuntime(chart, 'gvisor', { release, installers });
    const objects = Testing.synth(chart);
    expect(objects.filter((o) => o.kind === 'DaemonSet')).toHaveLength(2);
    expect(objects.filter((o) => o.kind === 'Namespace')).toHaveLength(1);
    expect(one(objects, 'RuntimeClass').scheduling.nodeSelector).toEqual({ 'sandbox-runtimes.node-restriction.kubernetes.io/runsc': 'ready' });
  });

  test('two pools without a gate cannot be one class', () => {
    const chart = new Chart(Testing.app(), 'sandbox');
    const installers = ['a', 'b'].map((pool) => new NodeInstaller(chart, pool, { nodeSelector: { pool }, readiness: ReadinessGate.none() }));
    expect(() => new GVisorRuntime(chart, 'gvisor', { release, installers })).toThrow('use ReadinessGate.handlerLabel(), whose label all pools share');
  });

  test('installers whose pools can overlap are refused at synth', () => {
    const chart = new Chart(Testing.app(), 'sandbox', { namespace: 'sandbox-system' });
    const installers = ['a', 'b'].map((id) => new NodeInstaller(chart, id, { nodeSelector: { [id]: 'yes' } }));
    new GVisorRuntime(chart, 'gvisor', { release, installers });
    expect(() => Testing.synth(chart)).toThrow(/overlap|same node/);
  });

  test('an installer without any runtime is refused at synth', () => {
    const chart = new Chart(Testing.app(), 'sandbox', { namespace: 'sandbox-system' });
    new NodeInstaller(chart, 'lonely');
    expect(() => Testing.synth(chart)).toThrow('[sandbox/lonely] the installer has no runtime to install');
  });

  test('the pool\'s taints are tolerated by the installer and by the class', () => {
    const objects = synth({ tolerations: [{ key: 'sandbox', value: 'yes', effect: TaintEffect.NO_SCHEDULE }], nodeSelector: { pool: 'sandbox' } });
    const toleration = { key: 'sandbox', operator: 'Equal', value: 'yes', effect: 'NoSchedule' };
    expect(podSpec(objects).tolerations).toEqual([toleration]);
    expect(podSpec(objects).nodeSelector).toEqual({ 'kubernetes.io/os': 'linux', 'pool': 'sandbox' });
    expect(one(objects, 'RuntimeClass').scheduling.tolerations).toEqual([toleration]);
  });
});

describe('the namespace', () => {
  test('is created with Pod Security labels, and comes first', () => {
    const objects = synth();
    expect(objects.findIndex((o) => o.kind === 'Namespace')).toBeLessThan(objects.findIndex((o) => o.kind === 'ConfigMap'));
    expect(one(objects, 'Namespace').metadata).toEqual({
      name: 'sandbox-system',
      labels: {
        'pod-security.kubernetes.io/enforce': 'privileged',
        'pod-security.kubernetes.io/audit': 'privileged',
        'pod-security.kubernetes.io/warn': 'privileged',
      },
    });
  });

  test.each<[string, (app: App, chart: Chart) => string[]]>([
    ['synth', (app) => parseAllDocuments(app.synthYaml()).map((document) => document.toJS().kind)],
    ['toJson of the chart', (_, chart) => chart.toJson().map(({ kind }) => kind)],
  ])('comes first also when something depends on an object that is in it (%s)', (_, kinds) => {
    const app = Testing.app();
    const chart = new Chart(app, 'sandbox', { namespace: 'sandbox-system' });
    const early = new ApiObject(chart, 'early', { apiVersion: 'v1', kind: 'Secret' });
    const installer = new NodeInstaller(chart, 'installer');
    new GVisorRuntime(chart, 'gvisor', { release });
    early.node.addDependency(installer.node.defaultChild!);
    const order = kinds(app, chart);
    expect(order.indexOf('Namespace')).toBeLessThan(order.indexOf('DaemonSet'));
    expect(order.indexOf('DaemonSet')).toBeLessThan(order.indexOf('Secret'));
  });

  test.each(['kube-system', 'default'])('%s is never created', (namespace) => {
    expect(synth({ namespace }).filter((o) => o.kind === 'Namespace')).toEqual([]);
    expect(() => synth({ namespace, createNamespace: true })).toThrow(`the namespace "${namespace}" belongs to the cluster`);
  });

  test('is left to others when told so', () => {
    expect(synth({ createNamespace: false }).filter((o) => o.kind === 'Namespace')).toEqual([]);
  });

  test('is not on cluster-scoped objects, although the chart has one', () => {
    const CLUSTER = ['Namespace', 'RuntimeClass', 'ClusterRole', 'ClusterRoleBinding', 'ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'];
    for (const object of synth()) {
      expect([object.kind, object.metadata.namespace]).toEqual([object.kind, CLUSTER.includes(object.kind) ? undefined : 'sandbox-system']);
    }
  });
});

describe('bad input', () => {
  test.each<[string, NodeInstallerProps, string]>([
    ['an image without digest', { image: 'node:24-alpine' }, 'image must be pinned by digest'],
    ['no slots', { maxConcurrentNodes: 0 }, 'maxConcurrentNodes must be a whole number of at least 1, got 0'],
    ['half a slot', { maxConcurrentNodes: 1.5 }, 'maxConcurrentNodes must be a whole number of at least 1, got 1.5'],
    ['a number in quotes', { maxConcurrentNodes: '2' as any }, 'maxConcurrentNodes must be a whole number of at least 1, got "2"'],
    ['Windows nodes', { nodeSelector: { 'kubernetes.io/os': 'windows' } }, 'sandbox runtimes exist for linux only'],
    ['an old Kubernetes', { kubernetesVersion: '1.29' }, 'The installer needs Kubernetes 1.30 (recursiveReadOnly, appArmorProfile and ValidatingAdmissionPolicy v1), got kubernetesVersion "1.29"'],
    ['an old Kubernetes without a gate, which would leave the fields out that keep mounts read-only', { kubernetesVersion: '1.25', readiness: ReadinessGate.none() },
      'The installer needs Kubernetes 1.30'],
    ['a gate on a Kubernetes whose tokens do not name the node', { kubernetesVersion: '1.31' },
      'A readiness gate needs Kubernetes 1.32 (the node name in service account tokens), got kubernetesVersion "1.31"; use ReadinessGate.none()'],
    ['a patch version', { kubernetesVersion: '1.32.1' }, 'kubernetesVersion must be a Kubernetes minor such as "1.32", got "1.32.1"'],
    ['a mirror that is no URL', { artifactMirror: 'mirror.example' }, 'artifactMirror must be an http or https URL without query and without any of "<>{}, got "mirror.example"'],
    ['a mirror that a template engine would fill in', { artifactMirror: 'https://mirror.example/{{ x }}' }, 'artifactMirror must be an http or https URL without query'],
    ['a mirror with a password', { artifactMirror: 'https://me:secret@mirror.example' }, 'artifactMirror must not carry credentials'],
    ['a certificate that is none', { caBundle: 'hello' }, 'caBundle must hold certificates in PEM form'],
    ['a private key among certificates', { caBundle: pem('CERTIFICATE') + pem('PRIVATE KEY') + pem('CERTIFICATE') }, 'caBundle holds a private key, which would stand in a ConfigMap'],
    ['certificates with a text for template engines', { caBundle: `# {{ ca }}\n${pem('CERTIFICATE')}` }, 'caBundle has "{{", which template engines'],
    ['more certificates than kubectl apply can write', { caBundle: pem('CERTIFICATE').repeat(6000) }, 'caBundle has 372002 bytes as JSON, and an object that kubectl apply can write holds no more than 245000'],
    ['a namespace that no cluster takes', { namespace: 'Foo_Bar' }, 'namespace of sandbox/installer must be a DNS label'],
    ['a toleration of a value without a key', { tolerations: [{ value: 'gvisor' }] }, 'a toleration has the value "gvisor" but no key'],
    ['a label that no node has', { nodeSelector: { 'a b': 'c' } }, 'nodeSelector of sandbox/installer has the key "a b", which no label can have; write one such as "pool"'],
    ['a label with two slashes', { nodeSelector: { 'a/b/c': 'd' } }, 'has the key "a/b/c"'],
    ['a label\'s value that no node has', { nodeSelector: { pool: 'a b' } }, 'nodeSelector of sandbox/installer has "a b" for "pool", which no label can have'],
    ['a label\'s value that is no text', { nodeSelector: { pool: true as any } }, 'has true for "pool", which no label can have'],
    ['a PriorityClass that no cluster has', { priorityClassName: 'High Priority' },
      'priorityClassName of sandbox/installer must be the name of a PriorityClass (lower-case letters, digits, "-" and "."), got "High Priority"; write "high-priority"'],
    ['a Secret that no cluster has', { imagePullSecrets: ['good', 'My_Secret'] },
      'imagePullSecrets of sandbox/installer must be names of Secrets (lower-case letters, digits, "-" and "."), got "My_Secret"; write "my-secret"'],
    ['kubelet settings that are none', { kubelet: { runtimeRequestTimeout: '15m' } as any },
      'kubelet of sandbox/installer must be such as new KubeletSettings({ runtimeRequestTimeout: Duration.minutes(15) }), got {"runtimeRequestTimeout":"15m"}'],
    ['a configuration of crictl that is none', { crictl: true as any }, 'crictl of sandbox/installer must be such as new CrictlConfig(), got true'],
    ['a platform that is none', { platform: 'k3s' as any }, 'platform of sandbox/installer must be such as NodePlatform.CONTAINERD, got "k3s"'],
    ['a gate that is none, which would leave the fence out', { readiness: 'none' as any }, 'readiness of sandbox/installer must be such as ReadinessGate.handlerLabel(), got "none"'],
    ['a gate that was not made', { readiness: ReadinessGate.none as any }, 'readiness of sandbox/installer must be such as ReadinessGate.handlerLabel(), got '],
    ['a desired state that is none', { desiredState: 'ABSENT' as any }, 'desiredState of sandbox/installer must be such as DesiredState.PRESENT, got "ABSENT"'],
    ['an interval without a unit', { driftCheckInterval: 60 as any }, 'driftCheckInterval of sandbox/installer must be such as Duration.minutes(5), got 60'],
    ['one Secret for a list of them', { imagePullSecrets: 'registry' as any }, 'imagePullSecrets of sandbox/installer must be a list of names of Secrets, got "registry"'],
    ['one host for a list of them', { noProxy: '.svc' as any, httpsProxy: 'http://proxy.example' }, 'noProxy of sandbox/installer must be a list of texts such as ["a", "b"], got ".svc"'],
    ['a word for true or false', { createNamespace: 'false' as any }, 'createNamespace of sandbox/installer must be true or false, without quotes, got "false"'],
    ['an architecture that the release is not for', { nodeSelector: { 'kubernetes.io/arch': 's390x' } },
      'sandbox/gvisor exists for amd64, arm64, and nodeSelector of sandbox/installer asks for nodes with kubernetes.io/arch "s390x", where it could never be installed; write one of amd64, arm64 there'],
    ['an AppArmor profile that is none', { appArmorProfile: 'unconfined' as any }, 'appArmorProfile of sandbox/installer must be such as AppArmorProfile.RUNTIME_DEFAULT, got "unconfined"'],
    ['noProxy alone', { noProxy: ['.example'] }, 'noProxy is given (.example) but httpsProxy is not'],
  ])('%s is refused', (_what, props, message) => {
    expect(() => synth(props)).toThrow(message);
  });

  test('a relative path on the node is refused', () => {
    expect(() => NodePlatform.containerd({ socket: 'run/containerd.sock' })).toThrow('socket must be an absolute path');
    expect(() => NodePlatform.containerd({ configFile: '/etc/../x.toml' })).toThrow('configFile must be an absolute path without ".."');
    expect(() => NodePlatform.containerd({ dropInFile: '/opt/x.toml' })).toThrow('dropInFile must be a .toml file below /etc/containerd');
    expect(() => NodePlatform.containerd({ configFile: '/etc/config.toml' })).toThrow('configFile "/etc/config.toml" lies in /etc, which');
    expect(() => NodePlatform.containerd({ configFile: '/config.toml' })).toThrow('configFile "/config.toml" lies in /, which');
    expect(() => NodePlatform.containerd({ socket: '/containerd.sock' })).toThrow('socket "/containerd.sock" lies in /, which');
    expect(() => NodeRestart.supervisedProcess('/containerd.pid')).toThrow('pidFile "/containerd.pid" lies in /, which');
    expect(() => NodeRestart.systemd('containerd')).toThrow('the unit must be a systemd service such as "containerd.service", got "containerd"');
  });
});

test('a local AppArmor profile without a name is refused', () => {
  expect(() => AppArmorProfile.localhost('')).toThrow('the name of a local AppArmor profile is empty');
});

test('proxy, certificates, priority, SELinux and AppArmor reach the containers that need them', () => {
  const objects = synth({
    httpsProxy: 'http://proxy.example:3128',
    noProxy: ['.svc', '10.0.0.0/8'],
    caBundle: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
    priorityClassName: 'system-node-critical',
    seLinuxOptions: { type: 'spc_t' },
    appArmorProfile: AppArmorProfile.UNCONFINED,
    imagePullSecrets: ['registry'],
    artifactMirror: 'https://mirror.example/gvisor',
  });
  const env = Object.fromEntries(containers(objects).map((c: any) => [c.name, c.env.filter((e: any) => e.value).map((e: any) => `${e.name}=${e.value}`)]));
  expect(env).toEqual({
    claim: [],
    install: [
      'NODE_USE_ENV_PROXY=1', 'HTTPS_PROXY=http://proxy.example:3128', 'HTTP_PROXY=http://proxy.example:3128', 'NO_PROXY=.svc,10.0.0.0/8',
      'NODE_EXTRA_CA_CERTS=/sandbox-runtimes/files/ca-bundle.pem',
    ],
    admit: [],
  });
  expect(podSpec(objects)).toMatchObject({
    priorityClassName: 'system-node-critical',
    imagePullSecrets: [{ name: 'registry' }],
    securityContext: { seLinuxOptions: { type: 'spc_t' }, appArmorProfile: { type: 'Unconfined' }, seccompProfile: { type: 'RuntimeDefault' } },
  });
  const plan = JSON.parse(one(objects, 'ConfigMap', /-plan$/).data['plan.json']);
  expect(plan.runtimes[0].artifact.archives.amd64.url).toBe('https://mirror.example/gvisor/release/20261005.0/x86_64/gvisor.tar.zstd');
});

test('every output type gives the same objects, twice the same bytes', () => {
  const write = (yamlOutputType: YamlOutputType) => {
    const outdir = mkdtempSync(join(tmpdir(), 'output-'));
    try {
      const app = new App({ outdir, yamlOutputType });
      const chart = new Chart(app, 'sandbox', { namespace: 'sandbox-system' });
      new GVisorRuntime(chart, 'gvisor', { release });
      app.synth();
      const entries = readdirSync(outdir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
      return entries.map((entry) => join(entry.parentPath, entry.name)).sort().map((file) => readFileSync(file, 'utf8'));
    } finally {
      rmSync(outdir, { recursive: true });
    }
  };
  const objects = (files: string[]) => files.flatMap((file) => parseAllDocuments(file).map((d) => JSON.stringify(d.toJS()))).sort();
  const types = [
    YamlOutputType.FILE_PER_APP, YamlOutputType.FILE_PER_CHART, YamlOutputType.FILE_PER_RESOURCE, YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE,
  ];
  const written = types.map(write);
  for (const [i, type] of types.entries()) {
    expect(objects(written[i])).toEqual(objects(written[0]));
    expect(write(type)).toEqual(written[i]);
  }
});

describe('the architectures of the nodes', () => {
  const AMD64_ONLY = GVisorRelease.of('20261012.0', { amd64Sha512: 'a'.repeat(128) });
  const affinity = (release_: GVisorRelease, props?: NodeInstallerProps) => {
    const chart = new Chart(Testing.app(), 'sandbox', { namespace: 'sandbox-system' });
    if (props) new NodeInstaller(chart, 'installer', props);
    new GVisorRuntime(chart, 'gvisor', { release: release_ });
    return podSpec(Testing.synth(chart)).affinity?.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms;
  };

  test('are those that a runtime exists for: it would fail on others, and no other node would get its turn', () => {
    expect(affinity(release)).toEqual([{ matchExpressions: [{ key: 'kubernetes.io/arch', operator: 'In', values: ['amd64', 'arm64'] }] }]);
    expect(affinity(AMD64_ONLY)).toEqual([{ matchExpressions: [{ key: 'kubernetes.io/arch', operator: 'In', values: ['amd64'] }] }]);
  });

  test('are left to a pool that says its own', () => {
    expect(affinity(AMD64_ONLY, { nodeSelector: { 'kubernetes.io/arch': 'amd64' } })).toBeUndefined();
  });

  test('are of no matter where everything is taken back: an earlier release may have been for more', () => {
    expect(affinity(AMD64_ONLY, { desiredState: DesiredState.ABSENT })).toBeUndefined();
  });
});

test('ids that no name in a cluster may have give names that it takes', () => {
  const chart = new Chart(Testing.app(), 'My_Platform.Chart', { namespace: 'sandbox-system' });
  new GVisorRuntime(chart, 'gvisor', { release });
  const names = Testing.synth(chart).map(({ metadata }) => metadata.name);
  expect(names.filter((name) => !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(name))).toEqual([]);
  expect(names).toContain('my-platform-chart-node-installer');
  // What was a name all along stays one: nodes refuse an installer of another name.
  expect(new NodeInstaller(new Chart(Testing.app(), 'prod.eu'), 'installer').name).toBe('prod.eu-installer');
});

test('two installers whose ids give one name are refused, unless one was taken out of the app', () => {
  const chart = new Chart(Testing.app(), 'sandbox', { namespace: 'sandbox-system' });
  new NodeInstaller(chart, 'a-b');
  const scope = new Construct(chart, 'a');
  expect(() => new NodeInstaller(scope, 'b')).toThrow('sandbox/a-b and sandbox/a/b would both be the installer "sandbox-system/sandbox-a-b", of which a cluster keeps only one; '
    + 'give one of them another id');
  chart.node.tryRemoveChild('a-b');
  const app = Testing.app();
  new NodeInstaller(new Chart(app, 'platform'), 'installer');
  app.node.tryRemoveChild('platform');
  expect(new NodeInstaller(new Chart(app, 'platform'), 'installer').name).toBe('platform-installer');
  expect(new NodeInstaller(scope, 'c').name).toBe('sandbox-a-c');
  expect(new NodeInstaller(new Construct(chart, 'a-'), 'b').name).toBe('sandbox-a-b');
});

test('the certificates of a whole distribution are taken, about 220 kB', () => {
  const lines = `${'A'.repeat(64)}\n`.repeat(3_370);
  const objects = synth({ caBundle: `-----BEGIN CERTIFICATE-----\n${lines}-----END CERTIFICATE-----\n` });
  expect(JSON.stringify(one(objects, 'ConfigMap', /-files$/)).length).toBeLessThan(262_144);
});

test('a list that is changed after it was given changes nothing', () => {
  const imagePullSecrets = ['registry'];
  const chart = new Chart(Testing.app(), 'sandbox', { namespace: 'sandbox-system' });
  new NodeInstaller(chart, 'installer', { imagePullSecrets });
  new GVisorRuntime(chart, 'gvisor', { release });
  imagePullSecrets.push('B_');
  expect(podSpec(Testing.synth(chart)).imagePullSecrets).toEqual([{ name: 'registry' }]);
});

test('a ConfigMap stays below what kubectl apply can annotate', () => {
  for (const object of synth().filter((o) => o.kind === 'ConfigMap')) {
    expect(JSON.stringify(object).length).toBeLessThan(262144);
  }
});

test('the agent stays below 200 kB, and its functions and classes keep the names that a stack trace shows', () => {
  const program = agentProgram();
  expect(Buffer.byteLength(program)).toBeLessThan(200_000);
  expect(program).toMatch(/\(\w+,"Refusal"\)/);
});
