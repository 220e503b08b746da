import { runCommandLine } from '../../src/cli/command-line';
import { EVENT_TEXTS } from '../../src/cli/explain/event-texts';
import { GUIDED_RULES } from '../../src/cli/explain/rule-guides';
import { RULE_IDS } from '../../src/lineup/rules';

function explain(...words: string[]) {
  return runCommandLine(['explain', ...words], { standardInput: () => '', colors: false });
}

test.each(RULE_IDS)('explains the rule %s', (id) => {
  expect(GUIDED_RULES).toContain(id);
  const { status, output } = explain(id);
  expect(status).toBe(0);
  expect(output).toMatch(/^[a-z-]+\n  \S.*->.*\n\n  where to look:\n    \S/);
});

test('says what a rule about Pods means in each sandbox, and what to do instead', () => {
  expect(explain('host-network').output).toMatch(/hostNetwork: true\. In gVisor, unless [^.]*=host \(error\): .*; leave it out.*\. In Kata \(error\): /);
});

test.each([
  ['Failed to create pod sandbox: rpc error: code = Unknown desc = RuntimeHandler "runsc" not supported', 'does not know the handler "runsc"', 'handler-installed'],
  ['failed to get sandbox runtime: no runtime for "kata-qemu" is configured', 'with the key "kata-qemu"', 'runtime-table'],
  ['pods "norc" is forbidden: pod rejected: RuntimeClass "doesnotexist" not found', 'no RuntimeClass "doesnotexist" in the cluster', 'class-exists'],
  ['runtime "io.containerd.runsc.v1" binary not installed "containerd-shim-runsc-v1": file does not exist', 'does not find the shim', 'shim'],
  ['sidecar "gvisor_sentry" not usable: --sidecar-usage-policy is set to STRICT', 'gvisor-bin/', 'artifact'],
  ['flag provided but not defined: -nvproxy', 'does not know the option "nvproxy"', 'release'],
  ['0/3 nodes are available: 3 node(s) didn\'t match Pod\'s node affinity/selector.', 'no node is proven yet', 'node-handler'],
  ['0/3 nodes are available: 1 node(s) had untolerated taint {sandbox: only}', 'have a taint', 'tolerations'],
  ['Failed to check if grpc server is working: rpc error: code = DeadlineExceeded desc = timed out connecting to vsock 3379238252:1024', 'the guest did not boot', 'kata-guest-size'],
  ['pods "web" is forbidden: conflict: runtimeClass.scheduling.nodeSelector[pool] = a; pod.spec.nodeSelector[pool] = b', 'asks another value', 'pod-node-selector'],
  ['pods "web" is forbidden: pod rejected: Pod\'s Overhead doesn\'t match RuntimeClass\'s defined Overhead', 'states an overhead', 'overhead'],
  ['OCI runtime create failed: creating container: cannot create sandbox: cannot read client sync file: waiting for sandbox to start: EOF: unknown', 'ended before it was ready', 'artifact'],
  ['The RuntimeClass "gvisor" is invalid: handler: Invalid value: "runsc": field is immutable', 'keeps its handler for life', 'class-of-runtime'],
  ['denied request: runtime-class: Pods of this namespace run in a sandbox, and this one has none', 'a policy of the namespace', 'class-exists'],
  ['SELinux is not supported: system_u:system_r:container_t', 'no container that has an SELinux label', 'gvisor-on-crio'],
])('explains the event %s', (text, means, rule) => {
  const { status, output } = explain(text);
  expect(status).toBe(0);
  expect(output).toContain(means);
  expect(output).toContain(`[${rule}]`);
  expect(output).toContain('where to look:');
});

test('takes an event that the shell has split into words', () => {
  expect(explain('no', 'runtime', 'for', '"kata"', 'is', 'configured').output).toContain('with the key "kata"');
});

test.each(['Class-Exists', 'class exists', '[class-exists]', 'error [class-exists] Pod team-a/web (a.yaml:7:3)', ' class_exists '])('knows a rule that is written as %j', (text) => {
  expect(explain(text).output).toMatch(/^class-exists\n/);
});

test('knows the rule by which a policy refuses a Pod', () => {
  expect(explain('ValidatingAdmissionPolicy \'a\' with binding \'a\' denied request: host-network: on this RuntimeClass the').output).toMatch(/^host-network\n/);
});

test('proposes rules that are almost meant', () => {
  expect(explain('clas-exists').complaint).toContain('give the rule class-exists, or the text');
  expect(explain('kata').complaint).toMatch(/give the rule kata-guest-size or kata-/);
});

test('lists all rules where nothing is asked', () => {
  const { status, output } = explain();
  expect(status).toBe(0);
  for (const id of RULE_IDS) expect(output).toMatch(new RegExp(`^${id} +\\S.*->`, 'm'));
  expect(JSON.parse(explain('--format', 'json').output)).toHaveLength(RULE_IDS.length);
});

test('leads only to rules that there are', () => {
  expect(EVENT_TEXTS.flatMap(({ rules }) => rules).filter((rule) => !RULE_IDS.includes(rule))).toEqual([]);
});

test('says what it takes where it knows nothing', () => {
  expect(explain('my dog ate it')).toMatchObject({ status: 2, output: '', complaint: expect.stringContaining('nothing is known about "my dog ate it"; give a rule, which findings name in brackets, or the text of an event') });
});
