import { findingsOf, messagesOf, pod, runtimeClass, type Manifests } from './fixture';
import { kataDeploy } from './others-fixture';
import { checkLineUp } from '../../src/lineup/line-up';

const LIMITS = { resources: { limits: { cpu: '1', memory: '256Mi' } } };
const KATA_LABELS = { 'katacontainers.io/kata-runtime': 'true', 'kata-deploy.katacontainers.io/default': 'true' };

function kataClass(name: string, handler = name, nodeSelector: object = KATA_LABELS): any {
  return { ...runtimeClass(name, handler, { nodeSelector }), overhead: { podFixed: { memory: '320Mi', cpu: '250m' } } };
}

function inKata(runtimeClassName: string, annotations?: object): object {
  const object: any = pod('web', { runtimeClassName, containers: [{ name: 'web', image: 'nginx', ...LIMITS }] });
  return annotations ? { ...object, metadata: { ...object.metadata, annotations } } : object;
}

/** The chart as it is rendered for these shims, with a Pod on each. */
function rendered(): Manifests {
  return [kataDeploy(), ...['kata-clh', 'kata-qemu', 'kata-qemu-runtime-rs'].flatMap((name) => [kataClass(name), inKata(name)])];
}

describe('kata-deploy', () => {
  test('lines up as its chart renders it', () => {
    const { findings, chains } = checkLineUp(rendered());
    expect(findings).toEqual([]);
    expect(chains.map(({ otherInstaller }) => otherInstaller)).toEqual(Array(3).fill('kata-deploy (DaemonSet kube-system/kata-deploy)'));
  });

  test('refuses a class of a shim that it does not install', () => {
    expect(findingsOf('handler-installed', [kataDeploy(), kataClass('kata-fc')])).toEqual([expect.objectContaining({
      severity: 'error',
      message: 'handler is "kata-fc", but kata-deploy (DaemonSet kube-system/kata-deploy) installs only kata-clh, kata-qemu, kata-qemu-runtime-rs; '
        + 'write one of them, or tell it to install this one, too',
    })]);
  });

  test.each<[string, Record<string, string>, string]>([
    ['one list for all architectures (older charts)', { SHIMS: 'clh qemu' }, 'kata-qemu'],
    ['a list for another architecture', { SHIMS_AARCH64: 'qemu' }, 'kata-qemu'],
    ['a suffix', { SHIMS_X86_64: 'qemu', MULTI_INSTALL_SUFFIX: 'next' }, 'kata-qemu-next'],
    ['handlers for development', { SHIMS_X86_64: 'qemu', DEBUG: 'true', DEVKIT: 'true' }, 'kata-qemu-devkit'],
    ['handlers for debugging', { SHIMS_X86_64: 'qemu', DEBUG: 'true' }, 'kata-qemu-debug'],
  ])('understands %s', (_what, environment, handler) => {
    expect(messagesOf('handler-installed', [kataDeploy(environment), kataClass(handler)])).toEqual([]);
    expect(messagesOf('handler-installed', [kataDeploy(environment), kataClass('kata-fc')])).toHaveLength(1);
  });

  test('understands the Job that a dispatcher makes from a ConfigMap', () => {
    const job = ['apiVersion: batch/v1', 'kind: Job', 'spec:', '  template:', '    spec:', '      containers:', '        - name: cri',
      '          env:', '            - name: SHIMS_X86_64', '              value: "qemu clh"', '            - name: MULTI_INSTALL_SUFFIX', '              value: ""', ''].join('\n');
    const templates = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kata-deploy-job-templates', namespace: 'kube-system' }, data: { 'install-job.yaml': job } };
    expect(messagesOf('handler-installed', [templates, kataClass('kata-clh')])).toEqual([]);
    expect(messagesOf('handler-installed', [templates, kataClass('kata-fc')])).toEqual([expect.stringContaining('kata-deploy (ConfigMap kube-system/kata-deploy-job-templates) installs only kata-clh, kata-qemu')]);
  });

  test('understands the dispatcher itself', () => {
    const command = ['/usr/bin/k8s-job-dispatcher', '--name-prefix=kata-deploy-install', '--require-node-handlers=kata-qemu,kata-clh'];
    const dispatcher = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'kata-deploy-install-dispatcher', namespace: 'kube-system' },
      spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'dispatcher', image: 'ghcr.io/kata-containers/k8s-job-dispatcher:0.1.0', command }] } } },
    };
    expect(messagesOf('handler-installed', [dispatcher, kataClass('kata-clh')])).toEqual([]);
    expect(messagesOf('handler-installed', [dispatcher, kataClass('kata-fc')])).toHaveLength(1);
    const misspelled = JSON.parse(JSON.stringify(dispatcher).replace('kata-clh', 'kata-cl'));
    expect(messagesOf('handler-installed', [misspelled])).toEqual(['kata-deploy is told of "cl", which it cannot install; write "clh"']);
  });

  test('is not taken for an installer where it cleans up', () => {
    const cleanup: any = kataDeploy();
    cleanup.spec.template.spec.containers[0].command = ['/usr/bin/kata-deploy', 'cleanup'];
    expect(findingsOf('handler-installed', [cleanup, kataClass('kata-qemu')])).toEqual([expect.objectContaining({ severity: 'warning' })]);
  });

  test('may install more than can be seen where runtimes are its user\'s own', () => {
    expect(findingsOf('handler-installed', [kataDeploy({ CUSTOM_RUNTIMES_ENABLED: 'true' }), kataClass('kata-mine')])).toEqual([expect.objectContaining({ severity: 'warning' })]);
  });

  test.each<[string, object]>([
    ['one of its lists', kataDeploy({ SHIMS_X86_64: 'qemu clhh', SHIMS_AARCH64: 'qemu clh' })],
    ['its default', kataDeploy({ SHIMS_X86_64: 'qemu clh', DEFAULT_SHIM_X86_64: 'clhh' })],
  ])('is told of a shim that is misspelled in %s only', (_what, installer) => {
    expect(messagesOf('handler-installed', [installer, kataClass('kata-clh')])).toEqual(['kata-deploy is told of "clhh", which it cannot install; write "clh"']);
  });

  describe('of another release', () => {
    const image = (tag: string, environment?: Record<string, string>): object => JSON.parse(JSON.stringify(kataDeploy(environment)).replace('kata-deploy:4.2.0', `kata-deploy${tag}`));

    test.each(['', ':latest', ':3.10.0', ':4.3.0', '@sha256:0'])('may have shims that are not known, with the image kata-deploy%s', (tag) => {
      expect(messagesOf('handler-installed', [image(tag, { SHIMS: 'clh qemu-sev qemux' }), kataClass('kata-qemu-sev')])).toEqual([]);
    });

    test.each([':4.1.0', ':4.2.0@sha256:0'])('is known, with the image kata-deploy%s', (tag) => {
      expect(messagesOf('handler-installed', [image(tag, { SHIMS: 'qemux' })])).toEqual(['kata-deploy is told of "qemux", which it cannot install; write "qemu"']);
    });

    test('that has its shims in a script (2.x, 3.0) installs those, and perhaps others', () => {
      const old: any = image(':3.0.2', {});
      old.spec.template.spec.containers[0].command = ['bash', '-c', '/opt/kata-artifacts/scripts/kata-deploy.sh install'];
      expect(messagesOf('handler-installed', [old, ...['kata', 'kata-qemu', 'kata-clh', 'kata-fc'].map((name) => kataClass(name))])).toEqual([]);
      expect(findingsOf('handler-installed', [old, kataClass('kata-qem')])).toEqual([expect.objectContaining({ severity: 'error', message: expect.stringContaining('write "kata-qemu"') })]);
      expect(findingsOf('handler-installed', [old, kataClass('kata-mine')])).toEqual([expect.objectContaining({ severity: 'warning' })]);
      expect(messagesOf('others-label', [old, kataClass('kata-qemu', 'kata-qemu', { 'katacontainers.io/kata-runtime': 'true' })])).toEqual([]);
    });
  });

  test('is never proposed a shim of another architecture', () => {
    // qemu-se is for s390x alone.
    expect(messagesOf('handler-installed', [kataDeploy({ SHIMS: 'qemu-sev', SHIMS_X86_64: 'qemu-sev' })])).toEqual([]);
    expect(messagesOf('handler-installed', [kataDeploy({ SHIMS_S390X: 'qemu-sev' })])).toEqual([expect.stringContaining('write "qemu-se"')]);
  });

  test.each([['', ''], ['next', '-next']])('is read together with the list of its user\'s own runtimes (suffix "%s")', (suffix, end) => {
    const list = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `kata-deploy-custom-configs${end}`, namespace: 'kube-system' },
      data: { 'custom-runtimes.list': 'kata-mine:qemu:nydus:\n\nmine-too:clh::\n' },
    };
    const installer = kataDeploy({ SHIMS_X86_64: 'qemu', MULTI_INSTALL_SUFFIX: suffix, CUSTOM_RUNTIMES_ENABLED: 'true' });
    for (const handler of [`kata-qemu${end}`, 'kata-mine', 'mine-too']) {
      expect(findingsOf('handler-installed', [kataClass(handler), installer, list])).toEqual([]);
    }
    for (const handler of ['kata-fc', 'kata-min', 'mine-to']) {
      expect(findingsOf('handler-installed', [kataClass(handler), installer, list])).toEqual([expect.objectContaining({ severity: 'error' })]);
    }
    const elsewhere = { ...list, metadata: { ...list.metadata, namespace: 'elsewhere' } };
    expect(findingsOf('handler-installed', [kataClass('kata-mine'), installer, elsewhere])).toEqual([expect.objectContaining({ severity: 'warning' })]);
  });

  test('makes the classes itself where it is told to', () => {
    const environment = { SHIMS: 'qemu clh', DEFAULT_SHIM: 'qemu', CREATE_RUNTIMECLASSES: 'true', CREATE_DEFAULT_RUNTIMECLASS: 'true' };
    expect(checkLineUp([kataDeploy(environment), inKata('kata'), inKata('kata-clh')]).findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(messagesOf('class-exists', [kataDeploy(environment), inKata('kata-fc')])).toHaveLength(1);
  });

  test('lets Pods change what it is told to allow', () => {
    const annotations = { 'io.katacontainers.config.hypervisor.default_vcpus': '4' };
    const allowed = { SHIMS_X86_64: 'qemu', ALLOWED_HYPERVISOR_ANNOTATIONS_X86_64: 'clh:x qemu:default_vcpus,other' };
    expect(messagesOf('kata-annotations', [kataDeploy(), kataClass('kata-qemu'), inKata('kata-qemu', annotations)])).toHaveLength(1);
    expect(messagesOf('kata-annotations', [kataDeploy(allowed), kataClass('kata-qemu'), inKata('kata-qemu', annotations)])).toEqual([]);
  });

  test.each<[string, object, string, string]>([
    ['no label at all', {}, 'warning', 'scheduling.nodeSelector lacks the label of proven nodes'],
    ['a label that is misspelled', { 'katacontainers.io/kata-runtim': 'true' }, 'error', 'scheduling.nodeSelector has "katacontainers.io/kata-runtim: true"'],
    ['the value of nodes that are not done', { 'katacontainers.io/kata-runtime': 'false' }, 'error', 'write "katacontainers.io/kata-runtime: true"'],
    ['a second label that is misspelled', { ...KATA_LABELS, 'kata-deploy.katacontainers.io/defaults': 'true' }, 'error', 'never sets; write "kata-deploy.katacontainers.io/default: true"'],
  ])('reports a class that selects %s', (_what, nodeSelector, severity, message) => {
    expect(findingsOf('others-label', [kataDeploy(), kataClass('kata-qemu', 'kata-qemu', nodeSelector)])).toEqual([
      expect.objectContaining({ severity, message: expect.stringContaining(message) }),
    ]);
  });
});

describe('gardener\'s extension', () => {
  const extension = {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'containerd-gvisor-pool', namespace: 'kube-system', labels: { 'app.kubernetes.io/name': 'containerd-gvisor' } },
    spec: { template: { metadata: { labels: { origin: 'gardener-extension-runtime-gvisor' } }, spec: { containers: [{ name: 'install', image: 'x' }] } } },
  };
  const label = { nodeSelector: { 'containerruntime.worker.gardener.cloud/gvisor': 'true' } };

  test('brings the handler of its class', () => {
    expect(checkLineUp([extension, runtimeClass('gvisor', 'runsc', label)]).findings).toEqual([]);
  });

  test('brings no other handler of gVisor', () => {
    expect(findingsOf('handler-installed', [extension, runtimeClass('gvisor', 'gvisor', label)])).toEqual([expect.objectContaining({ severity: 'error' })]);
  });

  test('labels its nodes', () => {
    expect(findingsOf('others-label', [extension, runtimeClass('gvisor', 'runsc')])).toEqual([expect.objectContaining({ severity: 'warning' })]);
  });
});

describe('runtime-class-manager', () => {
  const shim = {
    apiVersion: 'runtime.spinkube.dev/v1alpha1',
    kind: 'Shim',
    metadata: { name: 'spin-v2' },
    spec: { nodeSelector: { spin: 'true' }, runtimeClass: { name: 'wasmtime-spin-v2', handler: 'spin-v2' } },
  };

  test('makes the class of its shim', () => {
    const { findings, chains } = checkLineUp([shim, pod('web', { runtimeClassName: 'wasmtime-spin-v2', containers: [] })]);
    expect(findings).toEqual([]);
    expect(chains).toEqual([expect.objectContaining({ handler: 'spin-v2', otherInstaller: 'runtime-class-manager (Shim spin-v2)', nodeLabels: ['spin=true'] })]);
  });

  test('makes no other class', () => {
    expect(messagesOf('class-exists', [shim, pod('web', { runtimeClassName: 'spin' })])).toHaveLength(1);
  });

  test('serves a class of one\'s own', () => {
    expect(messagesOf('handler-installed', [shim, runtimeClass('mine', 'spin-v2', { nodeSelector: { 'spin-v2': 'provisioned' } })])).toEqual([]);
  });
});

describe('nodes of a live cluster', () => {
  const node = (name: string, labels: object, ...handlers: string[]) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels },
    status: { conditions: [{ type: 'Ready', status: 'True' }], ...(handlers.length ? { runtimeHandlers: handlers.map((handler) => ({ name: handler })) } : {}) },
  });
  const sandbox = runtimeClass('gvisor', 'runsc', { nodeSelector: { pool: 'sandbox' } });

  test('say that they serve a handler', () => {
    expect(checkLineUp([node('a', { pool: 'sandbox' }, '', 'runc', 'runsc'), node('b', {}, '', 'runc'), sandbox]).findings).toEqual([]);
  });

  test('are not judged where their container runtime says nothing', () => {
    expect(messagesOf('node-handler', [node('a', { pool: 'sandbox' }), sandbox])).toEqual([]);
  });

  test('are named where the class selects them and they do not serve its handler', () => {
    expect(messagesOf('node-handler', [node('a', { pool: 'sandbox' }, '', 'runc', 'runsc'), node('b', { pool: 'sandbox' }, '', 'runc'), sandbox])).toEqual([
      '1 of the 2 nodes that the class selects (b) do not serve the handler "runsc"; their container runtimes serve runc; install it there, or select only nodes that have it',
    ]);
  });

  test('are missed where the class selects none of them', () => {
    const unused = findingsOf('node-handler', [node('a', {}, '', 'runc'), sandbox]);
    const used = findingsOf('node-handler', [node('a', {}, '', 'runc'), sandbox, pod('web', { runtimeClassName: 'gvisor' })]);
    expect([unused, used].map(([finding]) => finding.severity)).toEqual(['warning', 'error']);
    expect(used[0].message).toContain('none of the 1 nodes has the labels that the class selects ({pool: sandbox}), so its Pods stay Pending');
  });
});

test('takes a handler as given that is declared', () => {
  expect(messagesOf('handler-installed', [runtimeClass('gpu', 'nvidia')], { externalHandlers: ['nvidia'] })).toEqual([]);
});
