import type { ApiBody } from './api-call';
import { handlerLabel } from '../../src/installer/handler-label';

/** Something that somebody with the token of the agent on node `own` tries, beside a node `other`; node `gone` is no more. */
export interface Attempt {
  /** Completes "may" or "may not". */
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly options?: ApiBody;
  /** Why no policy would stop it if RBAC allowed it. */
  readonly unfenced?: string;
}

/** Namespace of the installer; its slots 0 to 2 are free, held by `other`, and held by `gone`. */
export const NAMESPACE = 'attacked';
export const OWN = '/api/v1/nodes/own';
export const RUNSC = handlerLabel('runsc');
export const MERGE = 'application/merge-patch+json';
export const APPLY = 'application/apply-patch+yaml';

const OTHER = '/api/v1/nodes/other';
const IN_NAMESPACE = `/api/v1/namespaces/${NAMESPACE}`;
const LEASES = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases`;
const [FREE, HELD, ORPHANED] = [0, 1, 2].map((index) => `installer-slot-${index}`);
const VICTIM = `${IN_NAMESPACE}/pods/victim`;

const [READ, ELSEWHERE, POLICIES] = ['admission sees no reads', 'other namespaces are left to RBAC', 'no policy guards policies'];

const patch = (body: unknown): ApiBody => ({ body, contentType: MERGE });
const label = (labels: object): ApiBody => patch({ metadata: { labels } });
const node = (name: string) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name } });
const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'evil' }, spec: { serviceAccountName: 'installer', containers: [{ name: 'c', image: 'x' }] } };

export function ownedBy(name: string) {
  return { ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid: '11111111-1111-1111-1111-111111111111' }] };
}

export function lease(name: string, holderIdentity?: string, metadata: object = {}, spec: object = {}) {
  const held = holderIdentity === undefined ? {} : { holderIdentity };
  return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace: NAMESPACE, ...metadata }, spec: { ...held, ...spec } };
}

export function administrator(name: string) {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'ServiceAccount', name: 'installer', namespace: NAMESPACE }],
  };
}

const onNode = (name: string, options: ApiBody, path = OWN): Attempt => ({ name, method: 'PATCH', path, options });
const onLease = (name: string, body: ReturnType<typeof lease>): Attempt => ({ name, method: 'PUT', path: `${LEASES}/${body.metadata.name}`, options: { body } });
const newLease = (name: string, body: unknown): Attempt => ({ name, method: 'POST', path: LEASES, options: { body } });

export const ALLOWED: readonly Attempt[] = [
  { name: 'read its own node', method: 'GET', path: OWN },
  { name: 'read another node', method: 'GET', path: OTHER },
  onNode('label its node pending', label({ [RUNSC]: 'pending' })),
  onNode('label its node failed, by JSON patch', {
    body: [{ op: 'add', path: `/metadata/labels/${RUNSC.replace('/', '~1')}`, value: 'failed' }],
    contentType: 'application/json-patch+json',
  }),
  onNode('label its node ready, by strategic merge patch', { ...label({ [handlerLabel('runsc-kvm')]: 'ready' }), contentType: 'application/strategic-merge-patch+json' }),
  onNode('remove its label', label({ [RUNSC]: null })),
  onNode('remove the label of a handler outside the plan', label({ [handlerLabel('kata')]: null })),
  onLease('take a free slot', lease(FREE, 'own')),
  { name: 'delete the slot of a node that is gone', method: 'DELETE', path: `${LEASES}/${ORPHANED}` },
  newLease('write the Lease of its node', lease('installer-node.own', 'hash', ownedBy('own'))),
];

export const DENIED_BY_POLICY: readonly Attempt[] = [
  onNode('label another node', label({ [RUNSC]: 'ready' }), OTHER),
  onNode('take a label from another node', label({ 'kubernetes.io/arch': null }), OTHER),
  onNode('give its label the value owned', label({ [RUNSC]: 'owned' })),
  onNode('empty its label', label({ [RUNSC]: '' })),
  onNode('set the label of a handler outside the plan', label({ [handlerLabel('runc')]: 'ready' })),
  onNode('change the label of a handler outside the plan', label({ [handlerLabel('kata')]: 'failed' })),
  onNode('set a label that begins like its own', label({ [`${RUNSC}x`]: 'ready' })),
  onNode('set any other label', label({ 'example.com/x': 'y' })),
  onNode('make itself a control plane beside its own label', label({ [RUNSC]: 'failed', 'node-role.kubernetes.io/control-plane': '' })),
  onNode('change a label that others set', label({ 'kubernetes.io/arch': 'arm64' })),
  onNode('remove a label that others set', label({ 'example.com/team': null })),
  onNode('remove all labels', patch({ metadata: { labels: null } })),
  onNode('set any other label by server-side apply', { body: { ...node('own'), metadata: { name: 'own', labels: { 'example.com/x': 'y' } } }, contentType: APPLY },
    `${OWN}?fieldManager=x&force=true`),
  onNode('annotate its node', patch({ metadata: { annotations: { a: 'b' } } })),
  onNode('put a finalizer on its node', patch({ metadata: { finalizers: ['example.com/x'] } })),
  onNode('give its node an owner', patch({ metadata: ownedBy('other') })),
  onNode('taint its node', patch({ spec: { taints: [{ key: 'k', effect: 'NoExecute' }] } })),
  onNode('cordon its node', patch({ spec: { unschedulable: true } })),
  onNode('change the provider id of its node', patch({ spec: { providerID: 'x://y' } })),
  onLease('take the slot of a node that lives', lease(HELD, 'own')),
  onLease('free the slot of another node', lease(HELD)),
  { name: 'delete the slot of a node that lives', method: 'DELETE', path: `${LEASES}/${HELD}` },
  { name: 'delete a free slot', method: 'DELETE', path: `${LEASES}/${FREE}` },
  onLease('take a free slot for another node', lease(FREE, 'other')),
  onLease('move the slot of a node that is gone to another', lease(ORPHANED, 'other')),
  onLease('make a slot expire', lease(FREE, 'own', {}, { leaseDurationSeconds: 1 })),
  onLease('annotate a slot', lease(FREE, 'own', { annotations: { a: 'b' } })),
  onLease('label a slot', lease(FREE, 'own', { labels: { a: 'b' } })),
  onLease('put a finalizer on a slot', lease(FREE, 'own', { finalizers: ['example.com/x'] })),
  onLease('have a slot garbage-collected', lease(FREE, 'own', ownedBy('own'))),
  newLease('make a slot of its own', lease('installer-slot-3', 'own')),
  onLease('overwrite the Lease of another node', lease('installer-node.other', 'evil', ownedBy('other'))),
  newLease('write the Lease of a node that has none', lease('installer-node.third', 'hash', ownedBy('own'))),
  onLease('give the Lease of its node another owner', lease('installer-node.own', 'hash', ownedBy('other'))),
  onLease('write the Lease of its node without owner', lease('installer-node.own', 'hash')),
  onLease('overwrite a Lease of somebody else', lease('foreign', 'own')),
  newLease('make any other Lease', lease('anything')),
  newLease('make a Lease with a generated name', lease('', undefined, { name: undefined, generateName: 'installer-slot-' })),
];

export const DENIED_BY_RBAC: readonly Attempt[] = [
  { name: 'list the nodes', method: 'GET', path: '/api/v1/nodes', unfenced: READ },
  { name: 'watch the nodes', method: 'GET', path: '/api/v1/nodes?watch=1&timeoutSeconds=1', unfenced: READ },
  { name: 'replace its node', method: 'PUT', path: OWN, options: { body: node('own') } },
  onNode('change the status of its node', patch({ status: { capacity: { 'example.com/x': '1' } } }), `${OWN}/status`),
  { name: 'delete its node', method: 'DELETE', path: OWN },
  { name: 'delete another node', method: 'DELETE', path: OTHER },
  { name: 'delete all nodes', method: 'DELETE', path: '/api/v1/nodes' },
  { name: 'create a node', method: 'POST', path: '/api/v1/nodes', options: { body: node('evil') } },
  onNode('create a node by server-side apply', { body: node('evil'), contentType: APPLY }, '/api/v1/nodes/evil?fieldManager=x'),
  { name: 'reach the kubelet through the API server', method: 'GET', path: `${OWN}/proxy/pods` },
  { name: 'list the Leases', method: 'GET', path: LEASES, unfenced: READ },
  { name: 'patch a slot', method: 'PATCH', path: `${LEASES}/${HELD}`, options: patch({ spec: { holderIdentity: 'own' } }) },
  { name: 'delete the Lease of its node', method: 'DELETE', path: `${LEASES}/installer-node.own` },
  { name: 'delete all Leases', method: 'DELETE', path: LEASES },
  { name: 'create a Pod', method: 'POST', path: `${IN_NAMESPACE}/pods`, options: { body: pod } },
  { name: 'create a Pod in kube-system', method: 'POST', path: '/api/v1/namespaces/kube-system/pods', options: { body: pod }, unfenced: ELSEWHERE },
  { name: 'list the Pods', method: 'GET', path: '/api/v1/pods', unfenced: READ },
  { name: 'run a command in a Pod', method: 'POST', path: `${VICTIM}/exec?command=id&container=c&stdout=1`, options: { headers: { connection: 'Upgrade', upgrade: 'SPDY/3.1' } } },
  { name: 'evict a Pod', method: 'POST', path: `${VICTIM}/eviction`, options: { body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'victim' } } } },
  { name: 'read the secrets of its namespace', method: 'GET', path: `${IN_NAMESPACE}/secrets`, unfenced: READ },
  { name: 'read all secrets', method: 'GET', path: '/api/v1/secrets', unfenced: READ },
  { name: 'change the plan', method: 'PATCH', path: `${IN_NAMESPACE}/configmaps/installer-plan`, options: patch({ data: { 'plan.json': '{}' } }) },
  {
    name: 'ask for another token',
    method: 'POST',
    path: `${IN_NAMESPACE}/serviceaccounts/installer/token`,
    options: { body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} } },
  },
  { name: 'make itself administrator', method: 'POST', path: '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', options: { body: administrator('evil') } },
  {
    name: 'delete the policy',
    method: 'DELETE',
    path: `/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/${NAMESPACE}.installer`,
    unfenced: POLICIES,
  },
  {
    name: 'delete the binding of the policy',
    method: 'DELETE',
    path: `/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/${NAMESPACE}.installer`,
    unfenced: POLICIES,
  },
  {
    name: 'renew the heartbeat of its node',
    method: 'PUT',
    path: '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/own',
    options: { body: { ...lease('own'), metadata: { name: 'own', namespace: 'kube-node-lease' } } },
    unfenced: ELSEWHERE,
  },
  {
    name: 'write events',
    method: 'POST',
    path: '/api/v1/namespaces/default/events',
    options: { body: { apiVersion: 'v1', kind: 'Event', metadata: { name: 'e' }, involvedObject: { kind: 'Node', name: 'own', namespace: 'default' } } },
    unfenced: ELSEWHERE,
  },
  {
    name: 'act as another user',
    method: 'GET',
    path: '/api/v1/secrets',
    options: { headers: { 'impersonate-user': 'admin', 'impersonate-group': 'system:masters' } },
    unfenced: READ,
  },
];
