import { twoPools } from './two-pools';
import { runCommandLine } from '../../src/cli/command-line';
import { container, editPlan, one, pod, quickstart, runtimeClass, type Manifests } from '../lineup/fixture';

const LABEL = 'sandbox-runtimes.node-restriction.kubernetes.io/runsc';

function run(command: string, manifests: readonly unknown[], ...options: string[]) {
  return runCommandLine([command, ...options, '-'], { standardInput: () => JSON.stringify(manifests), colors: false });
}

describe('images', () => {
  test('lists images with their digests, and archives with their checksums', () => {
    const { images, artifacts } = JSON.parse(run('images', twoPools(), '--format', 'json').output);
    expect(images).toEqual([
      { image: expect.stringMatching(/^docker\.io\/library\/node:/), digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/), usedBy: ['DaemonSet sandbox-system/general-installer', 'DaemonSet sandbox-system/metal-installer'] },
      { image: 'example.org/app:1.0', usedBy: expect.arrayContaining(['CronJob shop/reindex', 'Pod notebooks/anna']) },
    ]);
    expect(artifacts.map(({ url, architecture }: any) => `${architecture} ${url.split('/').at(-1)}`)).toEqual([
      'amd64 kata-static-4.2.0-amd64.tar.zst', 'arm64 kata-static-4.2.0-arm64.tar.zst', 'arm64 gvisor.tar.zstd', 'amd64 gvisor.tar.zstd',
    ]);
    expect(artifacts[0]).toMatchObject({ checksum: expect.stringMatching(/^sha256:[0-9a-f]{64}$/), handlers: ['kata-clh-runtime-rs', 'kata-qemu-runtime-rs'] });
  });

  test('says which images anybody could move', () => {
    expect(run('images', [pod('web', { containers: [{ image: 'nginx' }] })]).output).toMatch(/nginx +no digest: whoever moves the tag moves what runs +Pod team-a\/web/);
  });

  test.each(['table', 'markdown'])('prints a %s', (format) => {
    expect(run('images', twoPools(), '--format', format).output).toContain('kata-static-4.2.0-amd64.tar.zst');
  });
});

describe('status', () => {
  const node = (name: string, state?: string, handlers = ['', 'runc', 'runsc']) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/os': 'linux', ...(state ? { [LABEL]: state } : {}) } },
    status: { runtimeHandlers: handlers.map((handler) => ({ name: handler })) },
  });
  const installerPod = (nodeName: string, message: string) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `installer-${nodeName}`, namespace: 'sandbox-system', ownerReferences: [{ kind: 'DaemonSet', name: 'sandbox-node-installer' }] },
    spec: { nodeName, containers: [] },
    status: { phase: 'Running', initContainerStatuses: [{ name: 'install', state: { terminated: { message } } }] },
  });
  const web = (nodeName: string) => ({ ...pod('web', { runtimeClassName: 'gvisor', nodeName, containers: [] }), status: { phase: 'Running' } });
  const cluster = () => [
    ...quickstart().filter(({ kind }) => ['DaemonSet', 'ConfigMap', 'RuntimeClass'].includes(kind)),
    node('a', 'ready'), node('b', 'failed', ['', 'runc']), node('c', 'pending'), node('d'), web('a'), web('a'),
    installerPod('b', 'preflight: there is no /dev/kvm'),
  ];

  test('says of each node and handler how far it is, why it failed, and what runs there', () => {
    const { status, output } = run('status', cluster(), '--format', 'json');
    expect(status).toBe(1);
    expect(JSON.parse(output).handlers).toEqual([
      { node: 'a', handler: 'runsc', state: 'ready', served: true, pods: 2 },
      { node: 'b', handler: 'runsc', state: 'failed', served: false, pods: 0, reason: 'preflight: there is no /dev/kvm' },
      { node: 'c', handler: 'runsc', state: 'pending', served: true, pods: 0 },
      { node: 'd', handler: 'runsc', state: 'declared', served: true, pods: 0 },
    ]);
  });

  test('prints a table that sums up', () => {
    const { output } = run('status', cluster());
    expect(output).toMatch(/^NODE  HANDLER  STATE     SERVED  PODS  REASON\na     runsc    ready     yes     2\nb /);
    expect(output).toMatch(/\n\n1 ready, 1 pending, 1 failed, 1 declared\n$/);
  });

  test('shows handlers that somebody else installs', () => {
    const { status, output } = run('status', [node('a'), runtimeClass('gvisor', 'runsc')], '--format', 'json');
    expect(status).toBe(0);
    expect(JSON.parse(output).handlers).toEqual([{ node: 'a', handler: 'runsc', state: 'served', served: true, pods: 0 }]);
  });

  test.each<[string, object[], string]>([
    ['is not Ready', [{ ...node('a', 'ready'), status: { conditions: [{ type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown' }] } }], 'the node is not Ready (NodeStatusUnknown)'],
    ['has a label that nobody writes', [node('a', 'Ready')], `the label ${LABEL} is "Ready", which no installer writes; it may be pending, ready or failed`],
    ['is labelled ready and does not serve the handler', [node('a', 'ready', ['runc'])], 'its label says ready, and the kubelet says that the container runtime does not serve it'],
    ['has a label that nobody writes, for what nobody serves', [node('a', 'x', [])], `the label ${LABEL} is "x", which no installer writes; it may be pending, ready or failed`],
    ['has failed, and its installer is gone', [node('a', 'failed')], 'no installer that brings it was read, so nothing will try again'],
  ])('says what is odd about a node that %s', (_what, nodes, reason) => {
    const { handlers } = JSON.parse(run('status', [...nodes, runtimeClass('gvisor', 'runsc')], '--format', 'json').output);
    expect(handlers).toEqual([expect.objectContaining({ node: 'a', handler: 'runsc', reason })]);
  });

  test('counts a node whose label says ready and that does not serve the handler for itself, and ends with 1', () => {
    const { status, output } = run('status', [node('a', 'ready'), node('b', 'ready', ['', 'runc']), runtimeClass('gvisor', 'runsc')]);
    expect(status).toBe(1);
    expect(output).toMatch(/\nb +runsc +unserved +no +0 +its label says ready.*\n\n1 ready, 1 unserved\n$/);
  });

  test('takes the default handler, which has no name, for none of a class without a handler', () => {
    const { handler, ...nothing } = runtimeClass('gvisor', '') as any;
    expect(run('status', [node('a', undefined, ['']), nothing]).output).toContain('no handler on any node');
    expect(run('check', [node('a', undefined, ['']), nothing]).output).not.toContain('installed by');
  });

  test('says where to look when an installer left no word', () => {
    const [failed] = JSON.parse(run('status', cluster().slice(0, -1), '--format', 'json').output).handlers.filter(({ state }: any) => state === 'failed');
    expect(failed.reason).toBe('its installer\'s Pod on the node left no word; look at "kubectl logs -n sandbox-system daemonset/sandbox-node-installer -c install"');
  });

  test('counts Pods on nodes that do not say what they serve, and names those that wait for a node', () => {
    const silent = { ...node('a'), status: { nodeInfo: { containerRuntimeVersion: 'containerd://1.7.27' } } };
    const waiting = { ...pod('late', { runtimeClassName: 'gvisor', containers: [] }), status: { phase: 'Pending' } };
    const { output } = run('status', [silent, runtimeClass('gvisor', 'runsc'), web('a'), waiting]);
    expect(output).toMatch(/a +runsc +used +not said +1\n\n1 used\nwaiting for a node: Pod team-a\/late \(gvisor\)\n$/);
  });

  test('tells where the list of a cluster ends early', () => {
    const { status, complaint } = runCommandLine(['status', '-'], { standardInput: () => '{"apiVersion":"v1","kind":"List","items":[{"kind":"Node"', colors: false });
    expect(status).toBe(2);
    expect(complaint).toMatch(/standard input:1:57: .*\n[^]*there is no Node in standard input/);
  });

  test('says what to give it where there is no node', () => {
    expect(run('status', quickstart())).toMatchObject({ status: 2, complaint: expect.stringContaining('kubectl get nodes,runtimeclasses,pods,daemonsets,configmaps -A -o json') });
  });
});

describe('diff', () => {
  function diff(before: Manifests, after: Manifests): string {
    const inputs = [before, after];
    const { status, output, complaint } = runCommandLine(['diff', '-', '-'], { standardInput: () => JSON.stringify(inputs.shift()), colors: false });
    expect({ status, complaint }).toEqual({ status: 0, complaint: '' });
    return output;
  }
  const changed = (edit: (manifests: Manifests) => void) => {
    const manifests = quickstart();
    edit(manifests);
    return diff(quickstart(), manifests);
  };

  test('has nothing to say about the same', () => {
    expect(changed(() => {})).toBe('Nothing changes on nodes, in RuntimeClasses or in sandboxed workloads.\n');
  });

  test('says what a new installer does', () => {
    expect(diff([pod('x', {})], quickstart())).toContain('On each node of sandbox-system/sandbox-node-installer (added):\n  download gvisor 20261005.0 and unpack it to');
  });

  test('says that another image rolls the installer and restarts nothing', () => {
    const output = changed((manifests) => (container(manifests, 'install').image = 'other@sha256:0'));
    expect(output).toContain('  restart: none: the runtime tables stay as they are\n  rollout: the installer\'s Pods are replaced node by node, at most 1 node at a time\n');
  });

  test('says that a change of the table restarts containerd once', () => {
    const output = changed((manifests) => {
      const files = manifests.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.endsWith('-files'));
      files.data['runsc.containerd-v3.toml'] += '# another\n';
    });
    expect(output).toContain('  change /etc/containerd/conf.d/sandbox-runtimes.toml (or a block in /etc/containerd/config.toml)\n  restart: containerd once per node (containerd.service)');
  });

  test('says what is taken back, and that deleting takes nothing back', () => {
    expect(changed((manifests) => editPlan(manifests, (plan) => (plan.desiredState = 'ABSENT')))).toContain('take everything back once no Pod uses it');
    expect(diff(quickstart(), [pod('x', {})])).toContain('deleting the installer leaves its files on the nodes; set desiredState to ABSENT first');
  });

  test('says that a class cannot change its handler', () => {
    expect(changed((manifests) => (one(manifests, 'RuntimeClass').handler = 'other'))).toContain('changes its handler from runsc to other, which the API server refuses');
  });

  describe('of live clusters', () => {
    const owned = (name: string, kind: string, owner: string, spec: object = {}, metadata: object = {}) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'team-a', uid: name, resourceVersion: name, managedFields: [{}], ownerReferences: [{ kind, name: owner, controller: true }], ...metadata },
      spec: { runtimeClassName: 'gvisor', nodeName: name, containers: [{ name: 'web', image: 'nginx', volumeMounts: [{ name: `kube-api-access-${name}` }] }], ...spec },
      status: { phase: 'Running', podIP: name },
    });
    const replica = (name: string, hash: string, spec: object = {}) => owned(name, 'ReplicaSet', `web-${hash}`, spec, { labels: { 'pod-template-hash': hash } });
    const said = (before: Manifests, after: Manifests) => diff([runtimeClass('gvisor', 'runsc'), ...before], [runtimeClass('gvisor', 'runsc'), ...after]);

    test('has nothing to say of Pods that were made anew as they were', () => {
      expect(said([replica('a', '123'), owned('x', 'Job', 'report-29384756')], [replica('b', '123'), replica('c', '123'), owned('y', 'Job', 'report-29384757')]))
        .toBe('Nothing changes on nodes, in RuntimeClasses or in sandboxed workloads.\n');
    });

    test('goes by what made the Pods, and leaves those alone that are done', () => {
      expect(said([replica('a', '123')], [replica('b', '456', { containers: [{ name: 'web', image: 'nginx:2' }] })]))
        .toBe('Workloads:\n  Deployment team-a/web its Pods are made anew\n');
      expect(said([owned('a', 'StatefulSet', 'db')], [])).toBe('Workloads:\n  StatefulSet team-a/db is no longer there (it was in gvisor)\n');
      expect(said([{ ...owned('a', 'Job', 'once'), status: { phase: 'Succeeded' } }], [])).toContain('Nothing changes');
    });

    test('takes a manifest and what became of it for the same', () => {
      const manifest = {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web', namespace: 'team-a' },
        spec: { template: { spec: { runtimeClassName: 'gvisor', nodeSelector: {}, containers: [{ name: 'web', image: 'nginx' }] } } },
      };
      expect(said([replica('a', '123', { nodeSelector: { added: 'by the class' } })], [manifest])).toContain('Nothing changes');
      expect(said([replica('a', '123', { dnsPolicy: 'None' })], [manifest])).toContain('Deployment team-a/web its Pods are made anew');
    });
  });

  test('says whose Pods are made anew', () => {
    expect(changed((manifests) => (one(manifests, 'Pod').spec.containers[0].image = 'other'))).toMatch(/Workloads:\n  Pod team-a\/team-web-\w+ its Pods are made anew/);
  });

  test('tells a workload that leaves or enters a sandbox from one that goes or is new', () => {
    const [bare, sandboxed] = [pod('web', {}), pod('web', { runtimeClassName: 'gvisor' })];
    expect(diff([sandboxed], [bare])).toBe('Workloads:\n  Pod team-a/web leaves its sandbox (gvisor): its Pods are made anew without one\n');
    expect(diff([bare], [sandboxed])).toBe('Workloads:\n  Pod team-a/web moves into a sandbox (gvisor): its Pods are made anew\n');
    expect(diff([sandboxed, pod('other', {})], [pod('other', {})])).toBe('Workloads:\n  Pod team-a/web is no longer there (it was in gvisor)\n');
    expect(diff([pod('other', {})], [sandboxed, pod('other', {})])).toBe('Workloads:\n  Pod team-a/web is new in a sandbox, as gvisor\n');
  });
});
