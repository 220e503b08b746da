import { editPlan, findingsOf, installerPod, messagesOf, quickstart, type Manifests } from '../fixture';

const RULE = 'fence';

function policy(manifests: Manifests): any {
  return manifests.find(({ kind }) => kind === 'ValidatingAdmissionPolicy');
}

test('accepts the fence that the library writes', () => {
  expect(messagesOf(RULE, quickstart())).toEqual([]);
});

test('accepts what the API server fills in, and additions of one\'s own', () => {
  const manifests = quickstart();
  const { spec } = policy(manifests);
  spec.matchConstraints.objectSelector = {};
  delete spec.matchConstraints.resourceRules[0].scope;
  spec.validations.push({ expression: 'true' });
  manifests.find(({ kind }) => kind === 'Lease').spec = { holderIdentity: 'node-1' };
  expect(messagesOf(RULE, manifests)).toEqual([]);
});

test.each(['ServiceAccount', 'ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding', 'Lease', 'ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'])('reports a missing %s', (kind) => {
  const manifests = quickstart();
  const missing = manifests.find((object) => object.kind === kind);
  expect(messagesOf(RULE, manifests.filter((object) => object !== missing))).toEqual([expect.stringContaining(`there is no ${kind} `)]);
});

test('says nothing of kinds that were not read from the cluster, and reports what is missing of those that were', () => {
  const manifests = quickstart();
  manifests.find(({ kind }) => kind === 'DaemonSet').metadata.uid = '6c7d';
  const kinds = ['DaemonSet', 'ConfigMap', 'RuntimeClass', 'Pod', 'ValidatingAdmissionPolicy'];
  const asked = manifests.filter(({ kind }) => kinds.includes(kind));
  expect(messagesOf(RULE, asked)).toEqual([]);
  expect(messagesOf(RULE, asked.filter((object) => object !== policy(asked)))).toEqual([expect.stringContaining('there is no ValidatingAdmissionPolicy')]);
});

test('reports a policy that names another label than the plan, with the place', () => {
  const manifests = quickstart();
  editPlan(manifests, (plan) => (plan.runtimes[0].handler = 'runsd'));
  const [finding] = findingsOf(RULE, manifests);
  expect(finding.object).toBe('ValidatingAdmissionPolicy sandbox-system.sandbox-node-installer');
  expect(finding.message).toContain('spec.variables[1].expression is "[\'sandbox-runtimes.node-restriction.kubernetes.io/runsc\']" where');
});

test('reports a policy for another service account', () => {
  const manifests = quickstart();
  installerPod(manifests).serviceAccountName = 'other';
  expect(messagesOf(RULE, manifests)).toContainEqual(expect.stringContaining('there is no ServiceAccount sandbox-system/other'));
  expect(messagesOf(RULE, manifests)).toContainEqual(expect.stringContaining('matchConditions[0].expression is'));
});

test('reports a further match condition, which would leave the token unfenced', () => {
  const manifests = quickstart();
  policy(manifests).spec.matchConditions.push({ name: 'never', expression: 'false' });
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('spec.matchConditions has 2 entries where 1 belong')]);
});

test('reports a rule that was taken out', () => {
  const manifests = quickstart();
  policy(manifests).spec.validations.splice(1, 1);
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('spec.validations[1]')]);
});

test('reports a wider role', () => {
  const manifests = quickstart();
  manifests.find(({ kind }) => kind === 'ClusterRole').rules[0].verbs.push('delete');
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('verbs has 3 entries where 2 belong')]);
});

test('reports a gate whose Pods have no service account', () => {
  const manifests = quickstart();
  delete installerPod(manifests).serviceAccountName;
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('name the service account that the policies fence')]);
});

test('reports a claim without a gate', () => {
  const manifests = quickstart();
  editPlan(manifests, (plan) => delete plan.gate);
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('has a container claim, but its plan has no gate')]);
});

describe('what narrows the fence until it looks at nothing', () => {
  const binding = (manifests: Manifests) => manifests.find(({ kind }) => kind === 'ValidatingAdmissionPolicyBinding') as any;
  const takeover = (manifests: Manifests) => manifests.filter(({ kind }) => kind === 'ValidatingAdmissionPolicyBinding').at(-1) as any;

  test.each<[string, (manifests: Manifests) => void]>([
    ['spec.matchConstraints.excludeResourceRules', (manifests) => {
      policy(manifests).spec.matchConstraints.excludeResourceRules = [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*'] }];
    }],
    ['spec.matchConstraints.objectSelector', (manifests) => { policy(manifests).spec.matchConstraints.objectSelector = { matchLabels: { never: 'ever' } }; }],
    ['spec.matchResources', (manifests) => { binding(manifests).spec.matchResources = { objectSelector: { matchLabels: { never: 'ever' } } }; }],
    ['spec.paramRef.selector', (manifests) => { takeover(manifests).spec.paramRef.selector = { matchLabels: { never: 'ever' } }; }],
  ])('is reported: %s', (place, narrow) => {
    const manifests = quickstart();
    narrow(manifests);
    expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining(`${place} narrows what the fence looks at; take it out`)]);
  });

  test('is not what the API server fills in', () => {
    const manifests = quickstart();
    binding(manifests).spec.matchResources = {};
    policy(manifests).spec.matchConstraints.excludeResourceRules = [];
    expect(messagesOf(RULE, manifests)).toEqual([]);
  });
});
