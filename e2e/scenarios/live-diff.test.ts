import { App, Chart } from 'cdk8s';
import { parseAllDocuments } from 'yaml';
import { GVisorRelease, GVisorRuntime, KataRelease, KataRuntime } from '../../src';
import { upgradeDiff, WorkloadNames, type Snapshot, type UpgradeDiff } from '../../src/cli/commands/diff';
import { checkLineUp } from '../../src/lineup/line-up';
import { CASES, podOf } from '../../test/lineup/rules/pods/cases';
import { apiCall } from '../cluster/api-call';
import { ControlPlane } from '../cluster/control-plane';

const NAMESPACE = 'sandbox-system';
const NOTHING: UpgradeDiff = { nodes: [], classes: [], workloads: [] };
const COLLECTIONS: { readonly [kind: string]: string } = {
  ConfigMap: `/api/v1/namespaces/${NAMESPACE}/configmaps`,
  CronJob: `/apis/batch/v1/namespaces/${NAMESPACE}/cronjobs`,
  DaemonSet: `/apis/apps/v1/namespaces/${NAMESPACE}/daemonsets`,
  Deployment: `/apis/apps/v1/namespaces/${NAMESPACE}/deployments`,
  Pod: `/api/v1/namespaces/${NAMESPACE}/pods`,
  RuntimeClass: '/apis/node.k8s.io/v1/runtimeclasses',
  ServiceAccount: `/api/v1/namespaces/${NAMESPACE}/serviceaccounts`,
};

let plane: ControlPlane;
let manifests: any[];

beforeAll(async () => {
  plane = await ControlPlane.start();
  const app = new App();
  const chart = new Chart(app, 'sandbox', { namespace: NAMESPACE });
  new GVisorRuntime(chart, 'gvisor', { release: GVisorRelease.V20261005_0 });
  new KataRuntime(chart, 'kata', { release: KataRelease.V4_2_0, runtimeClassName: 'kata' });
  const installer = parseAllDocuments(app.synthYaml()).map((document) => document.toJS());
  manifests = [...installer.filter(({ kind }) => ['ConfigMap', 'DaemonSet', 'RuntimeClass'].includes(kind)), ...workloads()];
  await plane.adminClient.apply(`/api/v1/namespaces/${NAMESPACE}`, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } } as any, 'user');
  for (const name of ['default', 'other']) {
    await put({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: NAMESPACE } });
  }
});

afterAll(async () => plane?.stop());

function snapshot(objects: any[]): Snapshot {
  const names = new WorkloadNames();
  return { index: checkLineUp(names.watch(objects)).index, names };
}

/** Everything that a Pod can have that some rule is about, and that an API server takes: as Pods, and as templates. */
function* workloads(): Generator<any> {
  const cases = CASES.flatMap(({ breaks, keeps }) => [...breaks, ...keeps])
    // AppArmor by annotation is of before Kubernetes 1.30; the API server makes a field of it.
    .filter(({ refused, annotations }) => refused === undefined && !JSON.stringify(annotations ?? {}).includes('apparmor'));
  for (const [position, one] of cases.entries()) {
    const pod = podOf(one, position % 2 ? 'gvisor' : 'kata', `pod-${position}`);
    const metadata = { name: pod.metadata.name, namespace: NAMESPACE };
    yield { ...pod, metadata: { ...pod.metadata, namespace: NAMESPACE } };
    const template = { metadata: { ...pod.metadata, name: undefined, labels: { app: `${position}` } }, spec: { ...pod.spec, nodeName: undefined } };
    yield { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { selector: { matchLabels: { app: `${position}` } }, template } };
  }
  const item = { path: 'x', fieldRef: { fieldPath: 'metadata.name' } };
  const probe = { httpGet: { port: 80 } };
  const full = {
    runtimeClassName: 'gvisor',
    serviceAccountName: 'other',
    restartPolicy: 'OnFailure',
    initContainers: [{ name: 'early', image: 'busybox', restartPolicy: 'Always', startupProbe: { exec: { command: ['true'] } } }],
    containers: [{
      name: 'main',
      image: 'example.org:5000/app',
      env: [{ name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }, { name: 'EMPTY' }],
      ports: [{ containerPort: 80 }],
      livenessProbe: probe,
      readinessProbe: { grpc: { port: 90 } },
      lifecycle: { preStop: probe },
      resources: { limits: { cpu: '1000m', memory: '1024Mi' }, requests: { cpu: 0.5 } },
      securityContext: { runAsNonRoot: true },
    }],
    volumes: [
      { name: 'a', configMap: { name: 'a' } }, { name: 'b', secret: { secretName: 'b' } }, { name: 'c', hostPath: { path: '/c' } }, { name: 'd', emptyDir: {} },
      { name: 'e', projected: { sources: [{ serviceAccountToken: { path: 'token' } }, { downwardAPI: { items: [item] } }] } },
      { name: 'f', ephemeral: { volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } } } },
    ],
  };
  const metadata = { name: 'full', namespace: NAMESPACE };
  yield { apiVersion: 'v1', kind: 'Pod', metadata, spec: full };
  yield { apiVersion: 'batch/v1', kind: 'CronJob', metadata, spec: { schedule: '* * * * *', jobTemplate: { spec: { template: { spec: full } } } } };
}

/** What the API server keeps of it; undefined if it does not take it. */
async function put(manifest: any): Promise<any> {
  const { status, message, object } = await apiCall(plane.admin, 'PATCH', `${COLLECTIONS[manifest.kind]}/${manifest.metadata.name}?fieldManager=user&force=true`, {
    body: manifest, contentType: 'application/apply-patch+yaml',
  });
  if (status >= 500) throw new Error(`${manifest.kind} ${manifest.metadata.name}: ${status} ${message}`);
  return status >= 300 ? undefined : { apiVersion: manifest.apiVersion, kind: manifest.kind, ...object };
}

test('a real API server fills in nothing that a diff counts as a change', async () => {
  const taken: any[] = [];
  const live: any[] = [];
  for (const manifest of manifests) {
    // On the class that a case is not made for, some Pods contradict it.
    const object = await put(manifest);
    if (object) {
      taken.push(manifest);
      live.push(object);
    }
  }
  expect(upgradeDiff(snapshot(taken), snapshot(live))).toEqual(NOTHING);
  expect(upgradeDiff(snapshot(live), snapshot(taken))).toEqual(NOTHING);

  const labelled = JSON.parse(JSON.stringify(live));
  for (const object of labelled) Object.assign(object.metadata, { resourceVersion: '0', managedFields: [], annotations: { seen: 'true' } });
  expect(upgradeDiff(snapshot(live), snapshot(labelled))).toEqual(NOTHING);
  expect(live.length).toBeGreaterThan(300);
});

test('what somebody changed is one all the same', () => {
  const changed = JSON.parse(JSON.stringify(manifests));
  for (const { kind, spec } of changed) {
    const pod = kind === 'Pod' ? spec : (spec?.jobTemplate?.spec ?? spec)?.template?.spec;
    if (pod) pod.terminationGracePeriodSeconds = 31;
  }
  const { nodes, workloads: made } = upgradeDiff(snapshot(manifests), snapshot(changed));
  expect(nodes.map(({ change }) => change)).toEqual(['changed']);
  expect(made).toHaveLength(manifests.filter(({ kind }) => ['Pod', 'CronJob', 'Deployment'].includes(kind)).length);
});
