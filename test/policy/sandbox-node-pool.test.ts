import { Chart, Testing } from 'cdk8s';
import { GVisorRelease, GVisorRuntime, NodeInstaller, SandboxNodePool, TaintEffect } from '../../src';

jest.mock('../../src/installer/agent-program', () => ({ agentProgram: () => 'console.log("the agent");\n' }));

test('installer and class agree on the pool', () => {
  const chart = new Chart(Testing.app(), 'platform', { namespace: 'sandbox-system' });
  const pool = new SandboxNodePool('untrusted');
  new NodeInstaller(chart, 'installer', { nodeSelector: pool.nodeSelector, tolerations: pool.tolerations });
  new GVisorRuntime(chart, 'gvisor', { release: GVisorRelease.V20261005_0 });

  const objects = Testing.synth(chart);
  const toleration = { key: 'sandbox-runtimes/pool', operator: 'Equal', value: 'untrusted', effect: 'NoSchedule' };
  const { nodeSelector, tolerations } = objects.find(({ kind }) => kind === 'DaemonSet').spec.template.spec;
  expect(nodeSelector).toMatchObject({ 'sandbox-runtimes/pool': 'untrusted' });
  expect(tolerations).toContainEqual(toleration);
  expect(objects.find(({ kind }) => kind === 'RuntimeClass').scheduling.tolerations).toEqual([toleration]);
});

test('says label and taint as kubectl takes them', () => {
  const pool = new SandboxNodePool('untrusted', { key: 'example.com/pool', effect: TaintEffect.NO_EXECUTE });
  expect([pool.label, pool.taint]).toEqual(['example.com/pool=untrusted', 'example.com/pool=untrusted:NoExecute']);
});

test('a name that is no label is refused', () => {
  expect(() => new SandboxNodePool('Un_trusted')).toThrow('got "Un_trusted"; write "un-trusted"');
});

test('a key that no label can have is refused', () => {
  expect(() => new SandboxNodePool('untrusted', { key: 'my pool' })).toThrow('the key of the node pool "untrusted" is "my pool", which no label can have; write one such as "example.com/pool"');
});
