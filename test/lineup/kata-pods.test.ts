import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { pod, type Manifests } from './fixture';
import { kata } from './kata-fixture';
import { KataShim } from '../../src';
import { checkLineUp } from '../../src/lineup/line-up';

const LIMITS = { resources: { limits: { cpu: '1', memory: '512Mi' } } };
const MEMORY = { resources: { limits: { memory: '512Mi' } } };
const web = { name: 'web', image: 'nginxinc/nginx-unprivileged:1.29' };
const template = (spec: object) => ({ template: { metadata: { labels: { app: 'web' } }, spec } });
const workload = (apiVersion: string, kind: string, spec: object) => ({ apiVersion, kind, metadata: { name: kind.toLowerCase(), namespace: 'team-a' }, spec });
const spec = { runtimeClassName: 'kata', containers: [{ ...web, ...LIMITS }] };

/** Twenty Pods of every kind, all of them sized as Kata asks for it. */
const VALID: Manifests = [
  pod('one', spec),
  pod('memory', { ...spec, containers: [{ ...web, ...MEMORY }] }),
  pod('two', { ...spec, containers: [{ ...web, ...LIMITS }, { ...web, name: 'other', ...MEMORY }] }),
  pod('requests', { ...spec, containers: [{ ...web, resources: { requests: { cpu: '100m', memory: '64Mi' }, ...LIMITS.resources } }] }),
  pod('whole', { ...spec, containers: [web], ...LIMITS }),
  pod('fraction', { ...spec, containers: [{ ...web, resources: { limits: { cpu: 0.5, memory: '1.5Gi' } } }] }),
  pod('bytes', { ...spec, containers: [{ ...web, resources: { limits: { cpu: 1, memory: 536870912 } } }] }),
  pod('init', { ...spec, initContainers: [{ ...web, name: 'init' }] }),
  pod('sidecar', { ...spec, initContainers: [{ ...web, name: 'proxy', restartPolicy: 'Always', ...MEMORY }] }),
  pod('volume', { ...spec, volumes: [{ name: 'tmp', emptyDir: { medium: 'Memory', sizeLimit: '64Mi' } }] }),
  { ...pod('annotated', spec), metadata: { name: 'annotated', namespace: 'team-a', annotations: { 'prometheus.io/scrape': 'true', 'io.katacontainers.fs-opt.x': 'y' } } },
  workload('apps/v1', 'Deployment', template(spec)),
  workload('apps/v1', 'StatefulSet', template(spec)),
  workload('apps/v1', 'ReplicaSet', template(spec)),
  workload('apps/v1', 'DaemonSet', template(spec)),
  workload('batch/v1', 'Job', template({ ...spec, restartPolicy: 'Never' })),
  workload('batch/v1', 'CronJob', { schedule: '@daily', jobTemplate: { spec: template({ ...spec, restartPolicy: 'Never' }) } }),
  workload('v1', 'ReplicationController', template(spec)),
  { apiVersion: 'v1', kind: 'PodTemplate', metadata: { name: 'template', namespace: 'team-a' }, ...template(spec) },
  pod('plain', { containers: [{ ...web, resources: { limits: { cpu: '1' } } }] }),
];

test('nothing is found in twenty valid Pods', () => {
  expect(VALID).toHaveLength(20);
  expect(checkLineUp([...kata(), ...VALID]).findings).toEqual([]);
});

const annotated = (name: string, annotation: string) => ({ ...pod(name, spec), metadata: { name, namespace: 'team-a', annotations: { [annotation]: '4' } } });
const CPU = { ...spec, containers: [{ ...web, resources: { limits: { cpu: '1500m' } } }] };
const HYPERVISOR = 'io.katacontainers.config.hypervisor.default_vcpus';
const SHORT = { overhead: { podFixed: { memory: '16Mi', cpu: '250m' } } };
const ofKata = (name: string, change: object) => ({ apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata: { name }, handler: name, ...change });
const inClass = (runtimeClassName: string, limits: object) => pod('web', { runtimeClassName, containers: [{ ...web, resources: { limits } }] });

/** Each trap of Kata's documentation, in a Pod or class of ours or of Kata's own installer. */
const TRAPS: ReadonlyArray<[string, Manifests, string, 'error' | 'warning', RegExp]> = [
  ['a CPU limit without a memory limit', [...kata(), pod('web', CPU)], 'kata-guest-size', 'error', /gets 2 virtual CPUs and 32 MiB of memory/],
  ['the same in a template', [...kata(), workload('apps/v1', 'Deployment', template(CPU))], 'kata-guest-size', 'error', /32 MiB of memory/],
  ['the same in a sidecar', [...kata(), pod('web', { ...spec, containers: [web], initContainers: [{ ...web, name: 'proxy', restartPolicy: 'Always', ...{ resources: { limits: { cpu: '1' } } } }] })],
    'kata-guest-size', 'error', /cannot boot/],
  ['the same for the Pod as a whole', [...kata(), pod('web', { ...spec, containers: [web], resources: { limits: { cpu: '1' } } })], 'kata-guest-size', 'error', /cannot boot/],
  ['the same on a class of Kata\'s own installer', [ofKata('kata-qemu-tdx-runtime-rs', {}), inClass('kata-qemu-tdx-runtime-rs', { cpu: '1' })], 'kata-guest-size', 'error', /128 MiB of memory/],
  ['no limits', [...kata(), pod('web', { ...spec, containers: [web] })], 'kata-guest-size', 'warning', /takes 2048 MiB of memory and 1 virtual CPU by default/],
  ['no limits on the Go runtime', [...kata({ shim: KataShim.QEMU }), pod('web', { ...spec, containers: [web] })], 'kata-guest-size', 'warning', /takes 2048 MiB/],
  ['a class that reserves less than the guest gets', [...kata().filter(({ kind }) => kind !== 'RuntimeClass'), { ...kata().find(({ kind }) => kind === 'RuntimeClass'), ...SHORT }],
    'kata-overhead', 'error', /gets 32 MiB beyond/],
  ['the same of Kata\'s own installer', [ofKata('kata-clh-runtime-rs', SHORT)], 'kata-overhead', 'error', /gets 32 MiB beyond/],
  ['a class that reserves nothing', [ofKata('kata-qemu-runtime-rs', {})], 'kata-overhead', 'warning', /reserves no memory/],
  ['a hypervisor annotation that nothing lets through', [...kata(), annotated('web', HYPERVISOR)], 'kata-annotations', 'error', /never gets to see/],
  ['one that Kata does not take', [...kata({ podAnnotations: ['io.katacontainers.*'], allowWildcardPodAnnotations: true }), annotated('web', HYPERVISOR)], 'kata-annotations', 'error', /does not start/],
  ['the name of a configuration file', [...kata(), annotated('web', 'io.katacontainers.config_path')], 'kata-config-path', 'error', /CVE-2026-50540/],
  ['a runtime of the past', [ofKata('runv', {})], 'retired-runtime', 'error', /runV/],
];

test.each(TRAPS)('%s is found, and none of it in the twenty valid Pods beside it', (_what, manifests, rule, severity, message) => {
  const found = checkLineUp(manifests).findings.filter((finding) => finding.rule === rule);
  expect(found).toMatchObject([{ severity, message: expect.stringMatching(message) }]);
  if (manifests.some(({ metadata }) => metadata?.name === 'kata')) {
    expect(checkLineUp([...manifests, ...VALID]).findings.filter((finding) => finding.rule === rule)).toHaveLength(1);
  }
});

const CORPUS = join(__dirname, '..', '..', '..', 'shared', 'corpus', 'pods');
const KATA_RULES = ['kata-guest-size', 'kata-annotations', 'kata-config-path', 'kata-overhead', 'retired-runtime'];

// Other people's files are not part of the repository.
(existsSync(CORPUS) ? test : test.skip)(`nothing but what Kata documents is found in Pods of public repositories${existsSync(CORPUS) ? '' : ' (skipped: they are not beside this checkout)'}`, () => {
  const findings = readdirSync(CORPUS).filter((file) => file.endsWith('.yaml')).flatMap((file) => {
    const documents = parseAllDocuments(readFileSync(join(CORPUS, file), 'utf8')).filter(({ errors }) => !errors.length).map((document) => document.toJS());
    return checkLineUp(documents).findings.filter(({ rule }) => KATA_RULES.includes(rule)).map(({ rule, severity }) => `${file} ${rule} ${severity}`);
  });
  // Each of them is a Pod without limits, or one with a setting that Kata does not let it change.
  expect(findings.filter((finding) => !/(kata-guest-size|kata-annotations|kata-overhead) warning$/.test(finding))).toEqual([]);
});
