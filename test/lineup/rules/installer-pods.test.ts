import { findingsOf, installerPod, messagesOf, one, quickstart } from '../fixture';

const RULE = 'installer-pods';

test('accepts Pods that are admitted, selected and scheduled to Linux nodes', () => {
  expect(messagesOf(RULE, quickstart())).toEqual([]);
});

test('accepts a namespace that is not among the manifests', () => {
  expect(messagesOf(RULE, quickstart().filter(({ kind }) => kind !== 'Namespace'))).toEqual([]);
});

test('reports a selector that does not select the Pods', () => {
  const manifests = quickstart();
  one(manifests, 'DaemonSet').spec.template.metadata.labels['app.kubernetes.io/instance'] = 'other';
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('the selector asks for the label "app.kubernetes.io/instance: sandbox-node-installer"')]);
});

test('reports an installer that goes to Windows nodes too', () => {
  const manifests = quickstart();
  installerPod(manifests).nodeSelector = { pool: 'a' };
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('nodeSelector is {pool: a}; sandbox runtimes exist for Linux only, so it needs "kubernetes.io/os: linux"')]);
});

test('reports a namespace that refuses hostPath volumes, and warns of one that complains', () => {
  const manifests = quickstart();
  one(manifests, 'Namespace').metadata.labels = { 'pod-security.kubernetes.io/enforce': 'baseline', 'pod-security.kubernetes.io/audit': 'privileged' };
  expect(findingsOf(RULE, manifests)).toEqual([
    expect.objectContaining({ severity: 'error', object: 'Namespace sandbox-system', message: expect.stringContaining('enforce is baseline') }),
    expect.objectContaining({ severity: 'warning', message: expect.stringContaining('warn is absent') }),
  ]);
});

test('reports an installer that waits for the sandbox it is to bring', () => {
  const manifests = quickstart();
  installerPod(manifests).runtimeClassName = 'gvisor';
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('runtimeClassName is "gvisor", and only the installer brings a sandbox to a node')]);
});
