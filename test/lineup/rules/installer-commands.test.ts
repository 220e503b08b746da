import { container, messagesOf, quickstart } from '../fixture';

const RULE = 'installer-commands';

test('accepts containers that start the agent of the bundle under the lock', () => {
  expect(messagesOf(RULE, quickstart())).toEqual([]);
});

test('accepts programs of the image, and addresses that look like paths', () => {
  const manifests = quickstart();
  const { command, env } = container(manifests, 'install');
  command[2] = '/usr/local/bin/node';
  env.push({ name: 'HTTPS_PROXY', value: 'http://proxy.example:3128/' }, { name: 'NO_PROXY', value: '10.0.0.0/8,.svc' });
  expect(messagesOf(RULE, manifests)).toEqual([]);
});

test('reports a program that is not in the bundle', () => {
  const manifests = quickstart();
  container(manifests, 'claim').command[1] = '/sandbox-runtime/agent.js';
  expect(messagesOf(RULE, manifests)).toEqual([
    expect.stringContaining('the container claim uses /sandbox-runtime/agent.js, which it does not have'),
    expect.stringContaining('it has to run "node /sandbox-runtimes/agent.js claim"'),
  ]);
});

test('reports a container that does another one\'s work', () => {
  const manifests = quickstart();
  container(manifests, 'claim').command[2] = 'install';
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('it has to run "node /sandbox-runtimes/agent.js claim"')]);
});

test('reports an installation without the lock', () => {
  const manifests = quickstart();
  container(manifests, 'install').command.splice(0, 2);
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('begin with "flock /var/lib/sandbox-runtimes/lock"')]);
});

test('reports a readiness that does not follow the node\'s', () => {
  const manifests = quickstart();
  delete container(manifests, 'admit').readinessProbe;
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('has no readiness probe on /run/sandbox-runtimes/ready')]);
});

test('reports a startup that waits for something else', () => {
  const manifests = quickstart();
  container(manifests, 'admit').startupProbe.exec.command[2] = 'run/sandbox-runtimes/ready';
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('or a startup probe on something else')]);
});

test('reports an agent that does not know its node', () => {
  const manifests = quickstart();
  container(manifests, 'admit').env[1].valueFrom.fieldRef.fieldPath = 'spec.nodename';
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('takes NODE_NAME from spec.nodename; write fieldPath: spec.nodeName')]);
});
