import { editPlan, findingsOf, installerPod, messagesOf, quickstart } from '../fixture';

const RULE = 'installer-architectures';
const ARCH = 'kubernetes.io/arch';

function terms(manifests: any[]): any[] {
  return installerPod(manifests).affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms;
}

test('accepts an installer that comes to nodes of the architectures that it has releases for', () => {
  expect(messagesOf(RULE, quickstart())).toEqual([]);
});

test('accepts a pool that says its own architecture', () => {
  const manifests = quickstart();
  delete installerPod(manifests).affinity;
  installerPod(manifests).nodeSelector[ARCH] = 'arm64';
  expect(messagesOf(RULE, manifests)).toEqual([]);
});

test('accepts more conditions of somebody else', () => {
  const manifests = quickstart();
  terms(manifests)[0].matchExpressions.push({ key: 'pool', operator: 'Exists' });
  expect(messagesOf(RULE, manifests)).toEqual([]);
});

test('does not judge an installer that takes everything back: an earlier release may have been for more', () => {
  const manifests = quickstart();
  delete installerPod(manifests).affinity;
  editPlan(manifests, (plan) => (plan.desiredState = 'ABSENT'));
  expect(messagesOf(RULE, manifests)).toEqual([]);
});

test('accepts what two expressions leave together', () => {
  const manifests = quickstart();
  terms(manifests)[0].matchExpressions = [['amd64', 's390x'], ['amd64']].map((values) => ({ key: ARCH, operator: 'In', values }));
  expect(messagesOf(RULE, manifests)).toEqual([]);
});

test.each<[string, (manifests: any[]) => void]>([
  ['no affinity', (manifests) => delete installerPod(manifests).affinity],
  ['one of somebody else\'s', (manifests) => (terms(manifests)[0].matchExpressions = [{ key: 'node.kubernetes.io/instance-type', operator: 'In', values: ['m5.large'] }])],
  ['one of fields', (manifests) => (terms(manifests)[0] = { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['node-a'] }] })],
])('warns of %s, which may come to nodes that there is nothing for', (_what, change) => {
  const manifests = quickstart();
  change(manifests);
  expect(findingsOf(RULE, manifests)).toEqual([expect.objectContaining({
    severity: 'warning',
    message: expect.stringContaining('the node affinity asks for nodes with any kubernetes.io/arch, and the plan has releases for amd64, arm64; on others the installer fails, and no other node gets its turn'),
  })]);
});

test('reports a misspelled label, which no node has', () => {
  const manifests = quickstart();
  terms(manifests)[0].matchExpressions[0].key = 'kubernetes.io/arsh';
  expect(findingsOf(RULE, manifests)).toEqual([expect.objectContaining({ severity: 'error' })]);
});

test('accepts fewer architectures, and reports one that there is no release for', () => {
  const manifests = quickstart();
  terms(manifests)[0].matchExpressions[0].values = ['amd64'];
  expect(messagesOf(RULE, manifests)).toEqual([]);
  terms(manifests)[0].matchExpressions[0].values = ['amd64', 's390x'];
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('asks for nodes with kubernetes.io/arch amd64, s390x, and the plan has releases for amd64, arm64')]);
});

test('reports a second term that lets other nodes in', () => {
  const manifests = quickstart();
  terms(manifests).push({ matchExpressions: [{ key: ARCH, operator: 'Exists' }] });
  expect(messagesOf(RULE, manifests)).toHaveLength(1);
});

test('reports a pool of an architecture that there is no release for', () => {
  const manifests = quickstart();
  installerPod(manifests).nodeSelector[ARCH] = 's390x';
  expect(messagesOf(RULE, manifests)).toEqual(['nodeSelector asks for nodes with kubernetes.io/arch "s390x", and the plan has releases for amd64, arm64; write one of these']);
});
