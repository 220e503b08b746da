import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { pod, type Manifests } from './fixture';
import { kata } from './kata-fixture';
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
