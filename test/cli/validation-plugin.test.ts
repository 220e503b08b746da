import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

const ROOT = join(__dirname, '..', '..');
const CLI = join(ROOT, 'node_modules', 'cdk8s-cli', 'bin', 'cdk8s');

let folder: string;

// The plug-in at its place in a package, as the build puts it there, and an app of bare cdk8s that uses it.
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plug-in-'));
  const library = join(folder, 'node_modules', 'cdk8s-sandbox-runtimes');
  buildSync({
    entryPoints: [join(ROOT, 'src', 'cli', 'validation-plugin.ts')],
    bundle: true,
    platform: 'node',
    external: ['cdk8s', 'constructs'],
    outfile: join(library, 'lib', 'cli', 'validation-plugin.js'),
  });
  const build = readFileSync(join(ROOT, 'projenrc', 'bundle-library.mjs'), 'utf8');
  writeFileSync(join(library, 'lib', 'index.js'), /^const plugin = '(.*)';$/m.exec(build)![1]);
  writeFileSync(join(library, 'package.json'), JSON.stringify({ name: 'cdk8s-sandbox-runtimes', version: '0.0.0', main: 'lib/index.js' }));
  for (const name of ['cdk8s', 'constructs']) symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
  mkdirSync(join(folder, 'home'));
});

afterAll(() => rmSync(folder, { recursive: true }));

function synth(runtimeClassName: string | undefined, properties = '') {
  writeFileSync(join(folder, 'main.js'), `
    const { App, ApiObject, Chart } = require('cdk8s');
    const app = new App();
    const chart = new Chart(app, 'team', { namespace: 'team-a' });
    ${runtimeClassName === undefined ? 'return void app.synth();' : ''}
    new ApiObject(chart, 'gvisor', { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata: { name: 'gvisor' }, handler: 'runsc' });
    new ApiObject(chart, 'web', { apiVersion: 'v1', kind: 'Pod', spec: { runtimeClassName: '${runtimeClassName}', containers: [{ name: 'web', image: 'nginx' }] } });
    app.synth();
  `);
  writeFileSync(join(folder, 'cdk8s.yaml'), ['language: typescript', 'app: node main.js', 'validations:', '  - package: ./node_modules/cdk8s-sandbox-runtimes',
    '    version: 0.0.0', '    class: LineUpCheck', properties, ''].join('\n'));
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, 'synth', '--no-check-upgrade'], {
    cwd: folder, encoding: 'utf8', env: { ...process.env, HOME: join(folder, 'home'), CDK8S_OUTDIR: undefined },
  });
  return { status, output: stdout + stderr };
}

test('cdk8s synth fails where something does not line up, and names the construct', () => {
  const { status, output } = synth('gvisr');
  expect(status).toBe(2);
  expect(output).toContain('class-exists (1 occurrences)');
  expect(output).toContain('Construct Path: team/web');
  expect(output).toContain('How to fix: runtimeClassName is "gvisr", but there is no such RuntimeClass; known are: gvisor');
  expect(output).toContain('Validation failed. See above reports for details');
}, 120_000);

test('cdk8s synth passes where everything lines up, and prints warnings', () => {
  const { status, output } = synth('gvisor');
  expect(output).toContain('Validations ended succesfully');
  expect(output).toContain('warning: handler-installed: RuntimeClass team-a/gvisor: nothing here installs the handler "runsc"');
  expect(status).toBe(0);
}, 120_000);

test('cdk8s.yaml may say what is not in the app', () => {
  const { status, output } = synth('nvidia', '    properties:\n      external: [nvidia]\n      handlers: [runsc]');
  expect(status).toBe(0);
  expect(output).not.toContain('warning:');
}, 120_000);

test('cdk8s.yaml may say all that the settings file may', () => {
  const ignore = '{ rule: class-exists, object: Pod team-a/*, reason: made by its operator }';
  const { status, output } = synth('gvisr', `    properties:\n      severity: error\n      ignore: [${ignore}]`);
  expect(output).not.toContain('warning:');
  expect(status).toBe(0);
}, 120_000);

test.each([
  ['externl: [nvidia]', 'properties in cdk8s.yaml has externl; it may have external, handlers, severity, ignore'],
  ['external: nvidia', 'properties in cdk8s.yaml: external is "nvidia"; write a list of names'],
  ['ignore: [{ rule: fenc, reason: x }]', 'there is no rule "fenc" to ignore'],
])('cdk8s synth fails where cdk8s.yaml has %s, and says so in the report', (property, message) => {
  const { status, output } = synth('nvidia', `    properties:\n      ${property}`);
  expect(output).toContain(`How to fix: ${message}`);
  expect(output).not.toContain('    at ');
  expect(status).toBe(2);
}, 120_000);

test('an app without an object has nothing that could not line up', () => {
  expect(synth(undefined)).toMatchObject({ status: 0, output: expect.stringContaining('Validations ended succesfully') });
}, 120_000);
