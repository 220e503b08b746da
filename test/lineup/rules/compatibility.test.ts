import fc from 'fast-check';
import { CASES, defineRuntimes, podOf, type PodCase } from './pods/cases';
import { CompatibilityRule } from '../../../src';
import { checkLineUp } from '../../../src/lineup/line-up';
import { EXCEPTION_PREFIX } from '../../../src/lineup/pod-exceptions';
import { PodJudge } from '../../../src/lineup/pod-judge';
import { POD_RULES } from '../../../src/lineup/pod-rules';
import { namedSandbox } from '../../../src/lineup/sandbox-facts';
import { findingsOf, pod, runtimeClass, synthesized } from '../fixture';

const runtimes = synthesized(defineRuntimes);
const text = (one: PodCase) => JSON.stringify(one);

test('the runtimes themselves break nothing', () => {
  expect(checkLineUp(runtimes).findings).toEqual([]);
});

test('every rule has an id of its own, and every id a rule', () => {
  expect(POD_RULES.map(({ id }) => id).sort()).toEqual(Object.values(CompatibilityRule).sort());
});

test.each(POD_RULES.map((rule) => [rule.id, rule] as const))('%s is tried with Pods that break it and Pods that keep it, on each kind of sandbox that it judges', (id, rule) => {
  const cases = CASES.filter((one) => one.rule === id);
  for (const kind of ['gvisor', 'kata'] as const) {
    const own = cases.filter(({ on, breaks }) => (on.startsWith('kata') ? 'kata' : 'gvisor') === kind && breaks.length);
    // What only Pods of others can break is tried below.
    if (rule[kind] && !(id === 'dangerous-annotation' && kind === 'kata')) {
      expect(own.length).toBeGreaterThan(0);
    }
  }
  expect(cases.some(({ keeps }) => keeps.length)).toBe(true);
});

test.each(POD_RULES.filter((rule) => [...rule.gvisor ?? [], ...rule.kata ?? []].some(({ severity }) => severity === 'error')).map((rule) => [rule.id, rule] as const))(
  '%s can be refused by an admission policy, since it can be an error', (id, rule) => {
    // The API server itself refuses overhead.
    expect(id === 'overhead' || rule.looks.every(({ cel }) => cel)).toBe(true);
  });

describe.each(CASES.map((one) => [`${one.rule} on ${one.on}`, one] as const))('%s', (_name, { rule, on, severity, breaks, keeps }) => {
  for (const one of breaks) {
    test(`is broken (${severity}) by ${text(one)}`, () => {
      const [finding, ...others] = findingsOf(rule, [...runtimes, podOf(one, on)]);
      expect(others).toEqual([]);
      expect(finding).toMatchObject({ severity, object: 'Pod team-a/web' });
      expect(finding.message).toContain(`but on the RuntimeClass "${on}"`);
    });
  }

  for (const one of keeps) {
    test(`is kept by ${text(one)}`, () => {
      expect(findingsOf(rule, [...runtimes, podOf(one, on)])).toEqual([]);
    });
  }
});

test('judges the sandboxes of others by their names', () => {
  const hostNetwork = { hostNetwork: true, containers: [] };
  const judge = (manifests: object[], runtimeClassName: string) => (
    findingsOf('host-network', [...manifests, pod('web', { ...hostNetwork, runtimeClassName })], { externalRuntimeClasses: ['gvisor', 'kata-vm-isolation', 'nvidia'] }));
  expect(judge([], 'gvisor')).toHaveLength(1);
  expect(judge([], 'kata-vm-isolation')).toHaveLength(1);
  expect(judge([runtimeClass('fast-sandbox', 'runsc-kvm')], 'fast-sandbox')).toHaveLength(1);
  expect(judge([], 'nvidia')).toEqual([]);
});

test('refuses dangerous annotations where nobody knows what reaches the runtime', () => {
  const annotated = (runtimeClassName: string, name: string) => findingsOf('dangerous-annotation',
    [podOf({ annotations: { [name]: 'x' } }, runtimeClassName)], { externalRuntimeClasses: ['gvisor', 'kata'] });
  expect(annotated('gvisor', 'dev.gvisor.flag.host-uds')).toHaveLength(1);
  expect(annotated('kata', 'io.katacontainers.config.runtime.disable_new_netns')).toHaveLength(1);
  expect(annotated('kata', 'dev.gvisor.flag.host-uds')).toEqual([]);
});

describe('on nodes that were read from a cluster', () => {
  const withImage = podOf({ volumes: [{ name: 'data', image: { reference: 'example.com/data:1' } }] }, 'fast');
  const node = (containerRuntimeVersion: string, labels: object = { pool: 'fast' }) => (
    { apiVersion: 'v1', kind: 'Node', metadata: { name: containerRuntimeVersion, labels }, status: { nodeInfo: { containerRuntimeVersion } } });
  const ofPool = { ...runtimeClass('fast', 'runsc'), scheduling: { nodeSelector: { pool: 'fast' } } };
  const warned = (...nodes: object[]) => findingsOf('image-volume', [ofPool, withImage, ...nodes]).length === 1;

  test('a volume that is an image needs containerd 2.1', () => {
    expect(warned(node('containerd://2.1.0'), node('containerd://2.10.3'))).toBe(false);
    expect(warned(node('containerd://2.3.1'), node('containerd://2.0.6'))).toBe(true);
    expect(warned(node('containerd://1.7.35'))).toBe(true);
  });

  test('nodes of other classes do not count', () => {
    expect(warned(node('containerd://2.3.1'), node('containerd://1.7.35', { pool: 'slow' }))).toBe(false);
    expect(warned(node('containerd://2.3.1', { pool: 'slow' }))).toBe(true);
  });

  test('a container runtime that is not containerd is not known', () => {
    expect(warned(node('containerd://2.3.1'), node('cri-o://1.34.0'))).toBe(true);
  });
});

test('says a warning once for many Pods, and how many there are', () => {
  const pods = Array.from({ length: 6 }, (_, n) => podOf({ spec: { nodeName: 'n' } }, 'gvisor', `web-${n}`));
  const [{ message }, ...others] = findingsOf('node-name', [...runtimes, ...pods]);
  expect(others).toEqual([]);
  expect(message).toContain('(and so 5 more: Pod team-a/web-1, Pod team-a/web-2, Pod team-a/web-3, ...)');
});

test('does not hold against a Pod of a cluster what the API server and the scheduler wrote into it', () => {
  const live = podOf({ spec: { nodeName: 'n', overhead: { cpu: '1' } } }, 'gvisor');
  live.metadata.uid = '6f0b';
  expect(checkLineUp([...runtimes, live]).findings).toEqual([]);
});

describe('an exception', () => {
  const excepted = (annotations: Record<string, string>, spec: object = { hostPID: true }) => (
    checkLineUp([...runtimes, podOf({ spec, annotations }, 'gvisor')]).findings.map(({ rule, severity, message }) => ({ rule, severity, message })));

  test('with a reason silences its rule and no other', () => {
    expect(excepted({ [`${EXCEPTION_PREFIX}host-pid`]: 'reads only its own processes' })).toEqual([]);
    expect(excepted({ [`${EXCEPTION_PREFIX}host-pid`]: 'why' }, { hostPID: true, hostIPC: true })).toEqual([expect.objectContaining({ rule: 'host-ipc' })]);
  });

  test('without a reason counts for nothing', () => {
    expect(excepted({ [`${EXCEPTION_PREFIX}host-pid`]: ' ' }).map(({ rule }) => rule).sort()).toEqual(['exception', 'host-pid']);
  });

  test('from a rule that is not there is an error', () => {
    expect(excepted({ [`${EXCEPTION_PREFIX}host-pit`]: 'why' }, {})).toEqual([{
      rule: 'exception', severity: 'error', message: expect.stringContaining('is for a rule that is not there; the rules are admin-capabilities, app-armor-profile'),
    }]);
  });

  test('from a rule that is kept is a warning, so that it does not stay for ever', () => {
    expect(excepted({ [`${EXCEPTION_PREFIX}host-pid`]: 'why' }, {})).toEqual([expect.objectContaining({ rule: 'exception', severity: 'warning' })]);
  });
});

test('no Pod, however broken its shape, breaks the check', () => {
  const key = fc.constantFrom(...new Set(POD_RULES.flatMap(({ looks }) => looks.map((look) => look.key))), 'containers', 'securityContext', 'volumes', 'limits', 'name', 'volumeMounts');
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 5 }, fc.constant(null), fc.boolean(), fc.integer(), fc.string(), fc.array(tie('value'), { maxLength: 3 }), tie('record')),
    record: fc.dictionary(key, tie('value'), { maxKeys: 6, noNullPrototype: true }),
  }));
  const judges = ['runsc', 'kata'].map((handler) => new PodJudge(namedSandbox(handler, handler)!));
  fc.assert(fc.property(fc.dictionary(key, value, { maxKeys: 8, noNullPrototype: true }), fc.dictionary(key, fc.string()), (spec, annotations) => {
    for (const judge of judges) {
      expect([...judge.judge({ spec, annotations, live: false })]).toBeDefined();
    }
  }), { numRuns: 2000 });
});
