import type { FenceProps, Manifest } from './fence';

const RBAC = 'rbac.authorization.k8s.io';

/** The agent's identity and what RBAC lets it do; the policies narrow it further. */
export function agentAccess({ name, clusterName, namespace, serviceAccount, slots }: FenceProps): Manifest[] {
  const subjects = [{ kind: 'ServiceAccount', name: serviceAccount, namespace }];
  const leases = { apiGroups: ['coordination.k8s.io'], resources: ['leases'] };
  return [
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: serviceAccount, namespace },
      automountServiceAccountToken: false,
    },
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRole',
      metadata: { name: clusterName },
      rules: [{ apiGroups: [''], resources: ['nodes'], verbs: ['get', 'patch'] }],
    },
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: clusterName },
      roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: clusterName },
      subjects,
    },
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'Role',
      metadata: { name, namespace },
      rules: [
        // A node's own Lease is named after the node, which nobody knows at synth, and creating cannot be limited by name.
        { ...leases, verbs: ['get', 'create', 'update'] },
        // A slot whose node is gone is deleted and taken anew.
        { ...leases, resourceNames: [...slots], verbs: ['delete'] },
      ],
    },
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'RoleBinding',
      metadata: { name, namespace },
      roleRef: { apiGroup: RBAC, kind: 'Role', name },
      subjects,
    },
  ];
}
