import { editPlan, installerPod, messagesOf, quickstart } from '../fixture';

const RULE = 'autoscaled-pool';

function onPool(label: string, startupTaint?: string) {
  const manifests = quickstart();
  Object.assign(installerPod(manifests).nodeSelector, { [label]: 'sandboxes' });
  if (startupTaint) editPlan(manifests, (plan) => (plan.gate.startupTaint = startupTaint));
  return manifests;
}

test('accepts pools whose nodes nobody makes by that label', () => {
  expect(messagesOf(RULE, onPool('example.com/pool'))).toEqual([]);
});

test('accepts nodes of Karpenter that are born with a startup taint', () => {
  expect(messagesOf(RULE, onPool('karpenter.sh/nodepool', 'example.com/not-yet'))).toEqual([]);
});

test('accepts nodes of Karpenter without any gate', () => {
  const manifests = onPool('karpenter.sh/nodepool');
  editPlan(manifests, (plan) => { delete plan.gate; });
  expect(messagesOf(RULE, manifests)).toEqual([]);
});

test.each(['karpenter.sh/nodepool', 'karpenter.sh/capacity-type', 'karpenter.k8s.aws/instance-family'])('reports %s with the label of the handler', (label) => {
  expect(messagesOf(RULE, onPool(label))).toEqual([expect.stringContaining(`selects nodes by "${label}", so an autoscaler makes them`)]);
});
