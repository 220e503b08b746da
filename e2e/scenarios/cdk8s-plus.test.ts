import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { parseAllDocuments } from 'yaml';

const ROOT = join(__dirname, '..', '..');
const VERSIONS = ['27', '30', '34'];

const APP = `
const { App, Chart, Cron } = require('cdk8s');
const kplus = require('cdk8s-plus-' + process.argv[2]);
const { SandboxRuntime } = require('./library.js');

const app = new App();
const chart = new Chart(app, 'team');
const gvisor = SandboxRuntime.fromRuntimeClassName(chart, 'gvisor', 'gvisor');
const containers = [{ image: 'nginx', portNumber: 80 }];
gvisor.sandbox(chart);
new kplus.Pod(chart, 'pod', { containers });
new kplus.Deployment(chart, 'deployment', { containers });
new kplus.DaemonSet(chart, 'daemon-set', { containers });
new kplus.Job(chart, 'job', { containers });
new kplus.CronJob(chart, 'cron-job', { containers, schedule: Cron.daily() });
new kplus.StatefulSet(chart, 'stateful-set', { containers, service: new kplus.Service(chart, 'service', { ports: [{ port: 80 }] }) });
process.stdout.write(app.synthYaml());
`;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cdk8s-plus-'));
  const { peerDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const peers = Object.entries<string>(peerDependencies).map(([name, range]) => `${name}@${range}`);
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  // Some of them bring a release tool as an optional dependency.
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--omit=optional', ...peers, ...VERSIONS.map((version) => `cdk8s-plus-${version}@2`)],
    { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  buildSync({
    entryPoints: [join(ROOT, 'src', 'index.ts')], outfile: join(folder, 'library.js'), bundle: true, platform: 'node', external: ['cdk8s', 'constructs'],
  });
  writeFileSync(join(folder, 'app.js'), APP);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(VERSIONS)('every workload of cdk8s-plus-%s runs in the sandbox', (version) => {
  const yaml = execFileSync('node', ['app.js', version], { cwd: folder, encoding: 'utf8' });
  const objects = parseAllDocuments(yaml).map((document) => document.toJS()).filter(({ kind }) => kind !== 'Service');
  const specOf = ({ kind, spec }: any) => (kind === 'Pod' ? spec : kind === 'CronJob' ? spec.jobTemplate.spec.template.spec : spec.template.spec);

  expect(objects.map((object) => [object.kind, specOf(object).runtimeClassName]).sort()).toEqual(
    ['CronJob', 'DaemonSet', 'Deployment', 'Job', 'Pod', 'StatefulSet'].map((kind) => [kind, 'gvisor']));
  expect(objects.every((object) => specOf(object).containers[0].image === 'nginx')).toBe(true);
});
