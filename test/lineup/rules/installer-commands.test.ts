import { Chart, Duration } from 'cdk8s';
import { GVisorRelease, GVisorRuntime, NodeInstaller } from '../../../src';
import { container, messagesOf, quickstart, synthesized } from '../fixture';

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

const NODE_LINE = ['node', '/sandbox-runtimes/agent.js', 'claim'];

test.each<[string, string[]]>([
  ['flags of Node.js', ['node', '--max-old-space-size=64', '--no-warnings', ...NODE_LINE.slice(1)]],
  ['an init process before it', ['tini', '--', ...NODE_LINE]],
  ['a shell that becomes it', ['sh', '-c', `set -u; exec ${NODE_LINE.join(' ')}`]],
  ['a wrapper by its path', ['/usr/bin/nice', '-n', '10', '/usr/local/bin/node', ...NODE_LINE.slice(1)]],
])('accepts %s', (_what, command) => {
  const manifests = quickstart();
  container(manifests, 'claim').command = command;
  expect(messagesOf(RULE, manifests)).toEqual([]);
});

test('accepts a wrapper before the lock, and one under it', () => {
  const manifests = quickstart();
  const { command } = container(manifests, 'install');
  container(manifests, 'install').command = ['tini', '--', ...command.slice(0, 2), 'nice', 'node', '--max-old-space-size=64', ...command.slice(3)];
  expect(messagesOf(RULE, manifests)).toEqual([]);
});

test.each<[string, string[]]>([
  ['a misspelt Node.js', ['nod', ...NODE_LINE.slice(1)]],
  ['one behind a wrapper', ['tini', '--', 'nodee', ...NODE_LINE.slice(1)]],
  ['a word between Node.js and the agent', ['node', 'inspect', ...NODE_LINE.slice(1)]],
  ['a failure that is swallowed', ['sh', '-c', `${NODE_LINE.join(' ')} || true`]],
  ['an agent that is only looked through', ['node', '--check', ...NODE_LINE.slice(1)]],
  ['an agent that does another work before', ['sh', '-c', `node /sandbox-runtimes/agent.js admit; ${NODE_LINE.join(' ')}`]],
])('reports %s', (_what, command) => {
  const manifests = quickstart();
  container(manifests, 'claim').command = command;
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('it has to run "node /sandbox-runtimes/agent.js claim"')]);
});

test.each<[string, (command: string[]) => string[]]>([
  ['misspelt', ([, ...rest]) => ['flok', ...rest]],
  ['on another thing than the installation', (command) => ['sh', '-c', `flock /var/lib/sandbox-runtimes/lock true; ${command.slice(2).join(' ')}`]],
])('reports a lock that is %s', (_what, edit) => {
  const manifests = quickstart();
  const { command } = container(manifests, 'install');
  container(manifests, 'install').command = edit(command);
  expect(messagesOf(RULE, manifests)).toContainEqual(expect.stringContaining('without the lock'));
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

describe('the loop in a shell', () => {
  const watched = synthesized((app) => {
    const chart = new Chart(app, 'sandbox', { namespace: 'sandbox-system' });
    new NodeInstaller(chart, 'installer', { driftCheckInterval: Duration.minutes(1) });
    new GVisorRuntime(chart, 'gvisor', { release: GVisorRelease.V20261005_0 });
  });

  test('is known with and without a watch', () => {
    expect(messagesOf(RULE, watched)).toEqual([]);
  });

  test('may have words before it, and before and after its Node.js', () => {
    const manifests = quickstart();
    const [shell, option, script] = container(manifests, 'admit').command;
    container(manifests, 'admit').command = ['tini', '--', shell, option, `set -u; ${script.replace('do node ', 'do nice node --max-old-space-size=64 ')}`];
    expect(messagesOf(RULE, manifests)).toEqual([]);
  });

  test.each([
    ['admit', quickstart()], ['admit', watched], ['watch', watched],
  ])('of %s is reported wherever a letter of a word is wrong', (name, original) => {
    const [shell, option, script] = (container(original, name as 'admit')).command;
    const survivors: string[] = [];
    for (const { index } of [...script.matchAll(/[a-z]/g)]) {
      const manifests = structuredClone(original);
      container(manifests, name as 'admit').command = [shell, option, script.slice(0, index) + 'x' + script.slice(index + 1)];
      if (script[index] !== 'x' && !messagesOf(RULE, manifests).length) survivors.push(script.slice(Math.max(0, index - 10), index + 10));
    }
    expect(survivors).toEqual([]);
  });

  test('is reported where the shell or the agent\'s program is another one', () => {
    const manifests = quickstart();
    const { command } = container(manifests, 'admit');
    container(manifests, 'admit').command = ['sh', '-c', command[2].replace('do node ', 'do nod ')];
    expect(messagesOf(RULE, manifests)).toEqual([expect.stringMatching(/^the container admit runs "sh -c trap .*; it has to run "node \/sandbox-runtimes\/agent\.js admit" in the loop that was synthesized$/)]);
    container(manifests, 'admit').command = ['ssh', '-c', command[2]];
    expect(messagesOf(RULE, manifests)).toHaveLength(1);
  });
});
