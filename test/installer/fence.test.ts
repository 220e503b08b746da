import * as fc from 'fast-check';
import { fenceManifests, type FenceProps, type Manifest } from '../../src/installer/fence';
import { handlerLabel } from '../../src/installer/handler-label';

const PROPS: FenceProps = {
  name: 'installer',
  clusterName: 'sandbox-system.installer',
  namespace: 'sandbox-system',
  serviceAccount: 'installer',
  handlers: ['kata-qemu', 'runsc'],
  slots: ['installer-slot-0', 'installer-slot-1'],
  nodeLeasePrefix: 'installer-node.',
};

const CLUSTER_SCOPED = ['ClusterRole', 'ClusterRoleBinding', 'ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'];

function find(kind: string, name?: string, manifests = fenceManifests(PROPS)): Manifest & Record<string, any> {
  const found = manifests.filter((manifest) => manifest.kind === kind && (name === undefined || manifest.metadata.name === name));
  expect(found).toHaveLength(1);
  return found[0];
}

test('cluster-scoped objects have no namespace, all others have the installer\'s', () => {
  for (const { kind, metadata } of fenceManifests(PROPS)) {
    expect([kind, metadata.namespace]).toEqual([kind, CLUSTER_SCOPED.includes(kind) ? undefined : 'sandbox-system']);
  }
});

test('no two objects have kind and name in common', () => {
  const ids = fenceManifests(PROPS).map(({ kind, metadata }) => `${kind}/${metadata.name}`);
  expect(new Set(ids).size).toBe(ids.length);
});

test('which objects there are does not depend on the handlers', () => {
  const ids = (handlers: string[]) => fenceManifests({ ...PROPS, handlers }).map(({ kind, metadata }) => `${kind}/${metadata.name}`);
  expect(ids([])).toEqual(ids(['a', 'b', 'c']));
});

test('no text has braces that Helm or Go templates would read', () => {
  fc.assert(fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z]([-a-z0-9]{0,20}[a-z0-9])?$/)), (handlers) => {
    expect(JSON.stringify(fenceManifests({ ...PROPS, handlers }).flatMap(texts))).not.toMatch(/\{\{|\}\}/);
  }));
});

test('the policy names the plan\'s label keys and no other', () => {
  const keys = find('ValidatingAdmissionPolicy', PROPS.clusterName).spec.variables.find(({ name }: { name: string }) => name === 'keys');
  expect(keys.expression).toBe(`['${handlerLabel('kata-qemu')}', '${handlerLabel('runsc')}']`);
});

test('the roles give what the agent does, and nothing else', () => {
  expect(find('ClusterRole').rules).toEqual([{ apiGroups: [''], resources: ['nodes'], verbs: ['get', 'patch'] }]);
  expect(find('Role').rules).toEqual([
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'create', 'update'] },
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], resourceNames: PROPS.slots, verbs: ['delete'] },
  ]);
});

test('roles, bindings, policies and service account refer to each other', () => {
  const account = { kind: 'ServiceAccount', name: find('ServiceAccount').metadata.name, namespace: 'sandbox-system' };
  for (const [binding, role] of [['RoleBinding', 'Role'], ['ClusterRoleBinding', 'ClusterRole']]) {
    expect(find(binding)).toMatchObject({ subjects: [account], roleRef: { kind: role, name: find(role).metadata.name } });
  }
  for (const name of [PROPS.clusterName, `${PROPS.clusterName}-slots`]) {
    expect(find('ValidatingAdmissionPolicyBinding', name).spec).toMatchObject({ policyName: name, validationActions: ['Deny', 'Audit'] });
    expect(find('ValidatingAdmissionPolicy', name).spec).toMatchObject({
      failurePolicy: 'Fail',
      matchConditions: [{ expression: "request.userInfo.username == 'system:serviceaccount:sandbox-system:installer'" }],
    });
  }
});

test('the policies leave out all namespaces but the installer\'s', () => {
  for (const name of [PROPS.clusterName, `${PROPS.clusterName}-slots`]) {
    expect(find('ValidatingAdmissionPolicy', name).spec.matchConstraints.namespaceSelector)
      .toEqual({ matchLabels: { 'kubernetes.io/metadata.name': 'sandbox-system' } });
  }
});

test('no Pod gets the token without asking for it', () => {
  expect(find('ServiceAccount').automountServiceAccountToken).toBe(false);
});

test('a slot comes without holder, so that an apply never frees one', () => {
  expect(find('Lease', 'installer-slot-1')).toEqual({
    apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'installer-slot-1', namespace: 'sandbox-system' },
  });
});

test('refuses a slot that a node could take for its own Lease', () => {
  expect(() => fenceManifests({ ...PROPS, slots: ['installer-node.a'] })).toThrow(/slot "installer-node\.a" begins like the Lease of a node \("installer-node\."\)/);
});

/** All strings in a manifest. */
function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return value !== null && typeof value === 'object' ? Object.entries(value).flatMap(([key, entry]) => [key, ...texts(entry)]) : [];
}
