import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import { runCommandLine } from '../../src/cli/command-line';
import { pod, quickstart, runtimeClass } from '../lineup/fixture';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'check-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

function documents(objects: readonly object[]): string {
  return objects.map((object) => stringify(object)).join('---\n');
}

function run(...args: string[]) {
  return runCommandLine(args, {
    standardInput: () => { throw new Error('standard input is not to be read'); },
    colors: false,
  });
}

function piped(args: string[], input: string) {
  return runCommandLine(args, { standardInput: () => input, colors: false });
}

const BROKEN = pod('web', { runtimeClassName: 'gvisr' });

test('prints the chain of the quickstart in 120 columns and ends well', () => {
  write('dist/quickstart.k8s.yaml', documents(quickstart()));
  const { status, output, complaint } = run('check', join(folder, 'dist'));
  expect({ status, complaint }).toEqual({ status: 0, complaint: '' });
  expect(output.replace(/team-web-\w+/, 'team-web').replace(/-[0-9a-f]{8}\.toml/, '-01234567.toml')).toBe(`\
Pod                    Pod team-a/team-web
-> RuntimeClass        gvisor
-> handler             runsc, installed by sandbox-system/sandbox-node-installer
-> runtime table       [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runsc]
                       [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runsc]
-> shim                /opt/sandbox-runtimes/gvisor/20261005.0/containerd-shim-runsc-v1
-> configuration file  /opt/sandbox-runtimes/config/runsc/20261005.0-01234567.toml
-> node label          sandbox-runtimes.node-restriction.kubernetes.io/runsc=ready

${quickstart().length} objects, 1 chain, 0 errors, 0 warnings
`);
  expect(Math.max(...output.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
});

test('ends with 1 and names rule, object, file, line and column of an error', () => {
  const path = write('a.yaml', `# a comment\n\n${documents([runtimeClass('gvisor', 'runsc'), BROKEN])}`);
  const { status, output } = run('check', path);
  expect(status).toBe(1);
  const line = readFileSync(path, 'utf8').split('\n').findIndex((text) => text === '  runtimeClassName: gvisr') + 1;
  expect(output).toContain(`error [class-exists] Pod team-a/web (${path}:${line}:3)\n  runtimeClassName is "gvisr"`);
  expect(output).toContain('-> handler       (no such RuntimeClass)\n');
  expect(output).toContain('2 objects, 2 chains, 1 error, 1 warning');
});

test('prints errors before warnings', () => {
  const { output } = run('check', write('a.yaml', documents([runtimeClass('nvidia', 'nvidia'), runtimeClass('gvisor', 'runc'), BROKEN])));
  const severities = output.split('\n').flatMap((line) => /^(error|warning) /.exec(line)?.[1] ?? []);
  expect(severities).toEqual(['error', 'error', 'warning']);
});

test('ends with 0 where there are only warnings', () => {
  expect(run('check', write('a.yaml', documents([runtimeClass('nvidia', 'nvidia')]))).status).toBe(0);
});

test('takes classes of others as given', () => {
  const path = write('a.yaml', documents([BROKEN, pod('b', { runtimeClassName: 'kata' })]));
  expect(run('check', path, '--external', 'gvisr').status).toBe(1);
  const { status, output } = run('check', '--external', 'gvisr', '--external=kata', path);
  expect(status).toBe(0);
  expect(output).toContain('gvisr (external: what follows is not judged)');
});

test('reads folders with what is below them, but not what is hidden or installed', () => {
  for (const name of ['a/b/pod.yml', 'a/pod.json', '.git/x.yaml', 'node_modules/x/x.yaml', 'readme.md']) {
    write(name, JSON.stringify(BROKEN));
  }
  expect(run('check', folder).output).toContain('2 objects');
});

test('leaves out the templates of a Helm chart within a folder, and says so', () => {
  write('charts/web/Chart.yaml', 'apiVersion: v2\nname: web\n');
  write('charts/web/crds/a.yaml', documents([runtimeClass('nvidia', 'nvidia')]));
  const template = write('charts/web/templates/pod.yaml', 'kind: Pod\nspec:\n  {{- if x }}\n  a: b\n');
  for (const path of [folder, join(folder, '**/*.yaml')]) {
    const { status, output, complaint } = run('check', path);
    expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining('1 object, 1 chain, 0 errors, 1 warning\n') });
    expect(complaint).toBe(`cdk8s-sandbox-runtimes: the templates of the Helm chart ${join(folder, 'charts', 'web')} are left out; `
      + `check what it renders: helm template ${join(folder, 'charts', 'web')} | cdk8s-sandbox-runtimes check -\n`);
  }
  expect(run('check', template)).toMatchObject({ status: 2, complaint: '' });
  expect(run('check', join(folder, 'charts', 'web', '*.yaml'))).toMatchObject({
    status: 2, complaint: expect.stringMatching(/are left out; .*\n.*there is no Kubernetes object/),
  });
});

test('asks for what Kustomize renders where nothing names a class before', () => {
  const kustomization = write('overlay/kustomization.yaml', 'resources: [web.yaml]\npatches: [{path: sandbox.yaml}]\n');
  const hint = `cdk8s-sandbox-runtimes: no Pod here names a RuntimeClass, and ${kustomization} may patch one in; `
    + `check what it renders: kustomize build ${join(folder, 'overlay')} | cdk8s-sandbox-runtimes check -\n`;
  expect(run('check', folder)).toMatchObject({ status: 2, complaint: expect.stringContaining(hint) });
  write('overlay/web.yaml', documents([pod('web', {})]));
  expect(run('check', folder)).toMatchObject({ status: 0, complaint: hint });
  write('base/kustomization.yml', 'resources: []\n');
  expect(run('check', folder).complaint).toMatch(/kustomization\.yml \(and 1 more\) may patch/);
  write('overlay/web.yaml', documents([BROKEN]));
  expect(run('check', folder).complaint).toBe('');
});

test('reads a file once, however often it is named', () => {
  const path = write('a.yaml', documents([runtimeClass('gvisor', 'runsc')]));
  symlinkSync(path, join(folder, 'link.yaml'));
  const { output, status } = run('check', path, folder, path);
  expect(status).toBe(0);
  expect(output).toContain('1 object,');
});

test('reads what kubectl prints from standard input', () => {
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: quickstart() }, undefined, 2);
  expect(piped(['check', '-'], list).status).toBe(0);
  expect(piped(['check', '-'], documents([BROKEN])).output).toContain('Pod team-a/web (standard input:7:3)');
});

test('reads JSON that is several documents, and YAML in flow style', () => {
  expect(run('check', write('a.json', `${JSON.stringify(BROKEN)}\n---\n${JSON.stringify(BROKEN)}\n`)).output).toContain('2 objects');
  expect(run('check', write('b.yaml', '{apiVersion: v1, kind: Pod, metadata: {name: a}}')).status).toBe(0);
});

test('reads JSON objects one after the other, as jq prints them', () => {
  const text = [BROKEN, runtimeClass('gvisor', 'runsc')].map((object) => `${JSON.stringify(object, undefined, 2)}\n`).join('');
  const path = write('a.json', text);
  expect(run('check', path).output).toContain('2 objects, 2 chains, 1 error, 1 warning\n');
  expect(run('check', path).output).toContain(`RuntimeClass gvisor (${path}:${text.split('\n').findIndex((line) => line.includes('"handler"')) + 1}:3)`);
  expect(run('check', write('b.json', `${JSON.stringify(BROKEN)}\n${JSON.stringify(BROKEN)}\n`)).output).toContain('2 objects');
});

test('reads merged and repeated YAML nodes as Kubernetes does', () => {
  const path = write('a.yaml', [
    'apiVersion: v1', 'kind: Pod', 'metadata: &meta {name: web, namespace: team-a}', 'spec: &spec {runtimeClassName: gvisr}',
    '---', 'apiVersion: v1', 'kind: Pod', 'metadata: {name: other}', 'spec:', '  <<: {runtimeClassName: kata}', '',
  ].join('\n'));
  expect(run('check', path).output).toContain('runtimeClassName is "kata"');
});

test('ignores documents that are no Kubernetes objects beside ones that are', () => {
  expect(run('check', write('values.yaml', 'image: nginx\n'), write('a.yaml', documents([pod('web', {})]))).output).toBe(
    'No Pod names a RuntimeClass, and there is none.\n\n1 object, 0 chains, 0 errors, 0 warnings\n',
  );
});

test('counts the Pods of a class instead of listing all of them', () => {
  const pods = Array.from({ length: 25 }, (_, index) => pod(`web-${String(index).padStart(2, '0')}`, { runtimeClassName: 'gvisr' }));
  const { output } = run('check', write('a.yaml', documents(pods)));
  expect(output).toMatch(/Pod team-a\/web-09\n +and 15 more\n/);
});

test.each([
  ['a YAML error', 'a.yaml', 'apiVersion: v1\nkind: Pod\nmetadata: {name: [}\n', ':3:19: '],
  ['a repeated key', 'b.yaml', 'kind: Pod\nkind: Job\n', ':2:1: duplicated mapping key; a line "---" belongs between two documents'],
  ['a JSON error', 'c.json', '{\n  "kind": "Pod"\n  "spec": {}\n}\n', ':3:3: '],
  ['a template', 'd.yaml', 'kind: Pod\n{{- if x }}\nspec: {}\n{{- end }}\n', ': missed comma between flow collection entries; this is a template, so check what it renders'],
  ['a template that YAML takes for a mapping', 'e.yaml', 'kind: Pod\nspec:\n  runtimeClassName: {{ .Values.class }}\n',
    ':3:21: a mapping stands where only a text can, as the key of another one; this is a template, so check what it renders'],
  ['a template among items', 'f.yaml', 'kind: Pod\nspec:\n- {{.Values.class}}\n', ':3:3: a mapping stands where only a text can'],
])('says where %s is, and ends with 2', (_what, name, text, message) => {
  const path = write(name, text);
  const { status, output, complaint } = run('check', path);
  expect({ status, complaint }).toEqual({ status: 2, complaint: '' });
  expect(output.replace(/(d\.yaml):\d+:\d+/, '$1')).toContain(`error [unreadable] ${path}${message}`);
});

test('still judges objects that were put together without a line between them', () => {
  const files = [runtimeClass('gvisor', 'runsc'), pod('web', { runtimeClassName: 'gvisor' }), pod('other', { runtimeClassName: 'gvisr' })].map((object) => `# made\n${stringify(object)}`);
  const { status, output } = piped(['check', '--handler', 'runsc', '-'], files.join(''));
  expect(status).toBe(2);
  expect(output).toContain('error [unreadable] standard input:8:1: duplicated mapping key; a line "---" belongs between two documents');
  expect(output).toContain('[class-exists] Pod team-a/other (standard input:22:3)');
  expect(output).toContain('3 objects, 2 chains, 1 error, 0 warnings, 1 not read\n');
});

test('points at a mistake with a caret, and still checks the rest', () => {
  const path = write('a.yaml', `${documents([BROKEN])}---\nkind: Pod\nspec:\n  a: b\n   c: d\n---\n${documents([runtimeClass('gvisor', 'runsc')])}`);
  const { status, output } = run('check', path);
  expect(status).toBe(2);
  expect(output).toContain(`${path}:12:5: bad indentation of a mapping entry\n  12 |    c: d\n           ^\n`);
  expect(output).toContain('[class-exists] Pod team-a/web');
  expect(output).toContain('2 objects, 2 chains, 1 error, 1 warning, 1 not read');
});

test.each([
  ['an empty file', ''],
  ['a file of comments', '# nothing\n'],
  ['a file without Kubernetes objects', 'image: nginx\n'],
])('refuses %s', (_what, text) => {
  const { status, complaint } = run('check', write('a.yaml', text));
  expect(status).toBe(2);
  expect(complaint).toMatch(/^cdk8s-sandbox-runtimes: there is no Kubernetes object in .*a\.yaml; name files or folders/);
});

test('refuses an empty folder, and empty standard input', () => {
  expect(run('check', folder)).toMatchObject({ status: 2, complaint: expect.stringContaining('there is no Kubernetes object in') });
  expect(piped(['check', '-'], '')).toMatchObject({ status: 2, complaint: expect.stringContaining('no Kubernetes object in standard input') });
});

test('reads files whose extension is in capitals', () => {
  write('X.YAML', documents([BROKEN]));
  expect(run('check', folder).output).toContain('1 object,');
});

test('refuses settings that are not there, or cannot be read', () => {
  const path = write('a.yaml', documents([BROKEN]));
  expect(run('check', path, '--config', join(folder, 'none.yaml'))).toMatchObject({
    status: 2, complaint: `cdk8s-sandbox-runtimes: the settings file ${join(folder, 'none.yaml')} does not exist; name a file that has external, handlers, severity, ignore, or leave --config out\n`,
  });
  expect(run('check', path, '--config', folder)).toMatchObject({ status: 2, complaint: expect.stringMatching(/the settings file .* cannot be read \(EISDIR/) });
});

test('refuses a file that does not exist', () => {
  expect(run('check', join(folder, 'x.yaml'))).toEqual({
    status: 2, output: '', complaint: `cdk8s-sandbox-runtimes: ${join(folder, 'x.yaml')} does not exist; name files, folders, or - for standard input\n`,
  });
});

test.each([
  ['no command', [], 'there is no command; the commands are check, graph, explain, images, status, diff'],
  ['another command', ['synth'], 'there is no command "synth"; the commands are check'],
  ['nothing to read', ['check'], "missing required argument 'paths'"],
  ['an unknown option', ['check', '--frobnicate', '-'], '--frobnicate'],
  ['an option without its value', ['check', '-', '--external'], '--external'],
  ['a format that there is not', ['check', '-', '--format', 'xml'], 'Allowed choices are table, json, sarif, markdown.'],
  ['a severity that there is not', ['check', '-', '--severity', 'info'], '--severity is "info"; it may be error or warning'],
  ['an ignore without a reason', ['check', '-', '--ignore', 'class-exists'], 'write a rule and a reason'],
  ['an ignore of no rule', ['check', '-', '--ignore', 'class-exist: x'], 'there is no rule "class-exist" to ignore; the rules are class-exists'],
])('refuses %s', (_what, args, message) => {
  const { status, output, complaint } = piped(args, documents([BROKEN]));
  expect({ status, output }).toEqual({ status: 2, output: '' });
  expect(complaint).toContain(message);
});

test('tells of an ignored finding that is no longer there, not of one that is only below the severity', () => {
  const path = write('a.yaml', documents([runtimeClass('nvidia', 'nvidia')]));
  const ignored = ['--ignore', 'handler-installed@RuntimeClass nvidia: known', '--ignore', 'handler-installed@RuntimeClass amd: known'];
  for (const severity of ['warning', 'error']) {
    expect(run('check', '--severity', severity, ...ignored, path).complaint)
      .toBe('cdk8s-sandbox-runtimes: nothing is found any more of what is ignored: handler-installed@RuntimeClass amd\n');
  }
});

test('reads a ConfigMap that holds templates', () => {
  const { status, output } = run('check', write('a.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  a: "{{ x }}"\n  b: |\n    - {{ y }}\n'));
  expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining('1 object,') });
});

test.each([['--help'], ['-h'], ['help']])('explains itself with %s', (option) => {
  const { status, output, complaint } = run(option);
  expect({ status, complaint }).toEqual({ status: 0, complaint: '' });
  expect(output).toMatch(/^Usage: cdk8s-sandbox-runtimes /);
  for (const command of ['check', 'graph', 'explain', 'images', 'status', 'diff']) {
    expect(output).toMatch(new RegExp(`^  ${command} `, 'm'));
    const help = run(command, '--help');
    expect(help.status).toBe(0);
    expect(help.output).toMatch(/Examples?:\n  (\S+ .*\| )?cdk8s-sandbox-runtimes|Example/);
  }
});

test('prints the version of the package', () => {
  const { version } = JSON.parse(readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8'));
  expect(run('--version')).toEqual({ status: 0, output: `${version}\n`, complaint: '' });
});

test('refuses YAML whose aliases explode', () => {
  const bomb = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
  for (let i = 1; i < 9; i++) bomb.push(`a${i}: &a${i} [${Array(9).fill(`*a${i - 1}`).join(', ')}]`);
  expect(piped(['check', '-'], bomb.join('\n'))).toMatchObject({
    status: 2, output: expect.stringContaining('standard input:1:1: the aliases of this document make more than 1000000 values of it'),
  });
});
