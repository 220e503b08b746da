import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Ajv from 'ajv';
import { stringify } from 'yaml';
import { twoPools } from './two-pools';
import { runCommandLine } from '../../src/cli/command-line';
import { pod, runtimeClass } from '../lineup/fixture';

// Of draft 4, whose words all mean the same in the draft that the validator reads.
const { $schema: _, id: __, ...SCHEMA } = JSON.parse(readFileSync(join(__dirname, 'data', 'sarif-schema-2.1.0.json'), 'utf8'));
const validate = new Ajv({ strict: false, validateFormats: false }).compile(SCHEMA);

let folder: string;
let file: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'formats-'));
  file = join(folder, 'a.yaml');
  writeFileSync(file, [pod('web', { runtimeClassName: 'gvisr' }), runtimeClass('gvisor', 'runsc')].map((object) => stringify(object)).join('---\n')
    + '---\nkind: Pod\nspec: {[}\n');
});

afterAll(() => rmSync(folder, { recursive: true }));

function check(format: string, ...options: string[]) {
  return runCommandLine(['check', '--format', format, ...options, file], { standardInput: () => '', colors: false });
}

describe('SARIF', () => {
  test('is valid by its schema', () => {
    const { status, output } = check('sarif', '--ignore', 'handler-installed: by hand');
    expect(status).toBe(2);
    expect(validate(JSON.parse(output))).toBe(true);
    expect(validate.errors).toBeNull();
  });

  test('is valid where there is nothing to say', () => {
    const { output } = runCommandLine(['check', '--format', 'sarif', '-'], { standardInput: () => JSON.stringify(twoPools()), colors: false });
    expect(validate(JSON.parse(output))).toBe(true);
    expect(JSON.parse(output).runs[0].results).toEqual([]);
  });

  test('the schema would find a mistake', () => {
    const log = JSON.parse(check('sarif').output);
    log.runs[0].results[0].level = 'fatal';
    expect(validate(log)).toBe(false);
  });

  test('says rule, place and object, and that somebody lives with a finding', () => {
    const { runs: [{ results, tool: { driver } }] } = JSON.parse(check('sarif', '--ignore', 'handler-installed@RuntimeClass *: by hand').output);
    expect(driver.rules.map(({ id }: { id: string }) => id)).toEqual(['class-exists', 'handler-installed', 'unreadable']);
    const [error, warning, unread] = results;
    expect(error).toMatchObject({ ruleId: 'class-exists', ruleIndex: 0, level: 'error' });
    expect(error.locations[0].physicalLocation).toEqual({ artifactLocation: { uri: expect.stringMatching(/a\.yaml$/) }, region: { startLine: 7, startColumn: 3 } });
    expect(error.locations[0].logicalLocations).toEqual([{ fullyQualifiedName: 'Pod team-a/web', kind: 'resource' }]);
    expect(warning.suppressions).toEqual([{ kind: 'external', justification: 'by hand' }]);
    expect(unread).toMatchObject({ ruleId: 'unreadable', locations: [{ physicalLocation: { region: { startLine: 16, startColumn: expect.any(Number) } } }] });
  });
});

describe.each([
  ['a path that is not there', 'nowhere.yaml', 'nowhere.yaml does not exist; name files, folders, or - for standard input'],
  ['a folder without any object', '.', 'there is no Kubernetes object in '],
])('%s', (_what, name, message) => {
  const run = (format: string) => {
    const result = runCommandLine(['check', '--format', format, join(folder, 'empty', name)], { standardInput: () => '', colors: false });
    expect(result).toMatchObject({ status: 2, complaint: expect.stringContaining(message) });
    return result.output;
  };
  beforeAll(() => mkdirSync(join(folder, 'empty'), { recursive: true }));

  test('is told in SARIF, where no results say that nothing was judged', () => {
    const log = JSON.parse(run('sarif'));
    expect(validate(log)).toBe(true);
    expect(log.runs[0]).not.toHaveProperty('results');
    expect(log.runs[0].invocations).toEqual([
      { executionSuccessful: false, toolExecutionNotifications: [{ level: 'error', message: { text: expect.stringContaining(message) } }] },
    ]);
  });

  test('is told in JSON and Markdown', () => {
    expect(JSON.parse(run('json'))).toEqual({ formatVersion: 1, error: expect.stringContaining(message) });
    expect(run('markdown')).toMatch(/^### Sandbox line-up: not checked\n\n\S/);
    expect(run('table')).toBe('');
  });
});

test('JSON says the same in a form that stays', () => {
  const { findings, unread, chains, summary, formatVersion } = JSON.parse(check('json').output);
  expect(formatVersion).toBe(1);
  expect(summary).toEqual({ files: 1, objects: 2, chains: 2, errors: 1, warnings: 1, ignored: 0, unread: 1 });
  expect(findings[0]).toEqual({ rule: 'class-exists', severity: 'error', object: 'Pod team-a/web', field: 'spec.runtimeClassName', file, line: 7, column: 3, message: expect.any(String) });
  expect(unread).toEqual([{ file, line: 16, column: expect.any(Number), message: expect.any(String) }]);
  expect(chains).toHaveLength(2);
});

test('Markdown is a table and a picture', () => {
  const { output } = check('markdown');
  expect(output).toMatch(/^### Sandbox line-up: broken\n\n2 objects, 2 chains, 1 error, 1 warning, 1 not read\n\n\|/);
  expect(output).toContain(`| error | class-exists | Pod team-a/web | ${file.replace(/_/g, '\\_')}:7:3 |`);
  expect(output).toContain('```mermaid\nflowchart LR\n');
});

test('Markdown keeps names of objects from becoming Markdown', () => {
  const web = pod('a|b<img src=x>', { runtimeClassName: '[x](http://x)' });
  const { output } = runCommandLine(['check', '--format', 'markdown', '-'], { standardInput: () => JSON.stringify(web), colors: false });
  expect(output).toContain('Pod team-a/a\\|b&lt;img src=x&gt;');
  expect(output.split('```')[0]).not.toContain('[x](http');
});

test('colours are for terminals', () => {
  const run = (colors: boolean) => runCommandLine(['check', file], { standardInput: () => '', colors }).output;
  expect(run(true)).toContain('\u001b[31merror\u001b[0m [class-exists]');
  expect(run(false)).not.toContain('\u001b');
});

test('names from manifests cannot steer a terminal or pass for lines of their own', () => {
  const evil = JSON.stringify(pod('web\u001b[2J\nerror [x] y', { runtimeClassName: 'a\u0007b\u202e' }));
  const { output } = runCommandLine(['check', '-'], { standardInput: () => evil, colors: false });
  expect(output).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  expect(output).not.toMatch(/^error \[x\]/m);
});

test('--severity error leaves warnings out', () => {
  expect(check('table', '--severity', 'error').output).not.toContain('warning [');
  expect(check('table').output).toContain('warning [');
});

describe('what is ignored', () => {
  const text = JSON.stringify([pod('web', { runtimeClassName: 'gvisr' }), pod('db', { runtimeClassName: 'gvisr2' })]);
  const ignoring = (...ignores: string[]) => (
    runCommandLine(['check', ...ignores.flatMap((ignore) => ['--ignore', ignore]), '-'], { standardInput: () => text, colors: false })
  );

  test('does not count', () => {
    expect(ignoring('class-exists: made by an operator')).toMatchObject({ status: 0, output: expect.stringContaining('0 errors, 0 warnings, 2 ignored') });
  });

  test('may be one object', () => {
    const { status, output } = ignoring('class-exists@Pod team-a/w*: made by an operator');
    expect(status).toBe(1);
    expect(output).not.toContain('error [class-exists] Pod team-a/web');
    expect(output).toContain('error [class-exists] Pod team-a/db');
  });

  test('may be a rule about Pods', () => {
    const objects = [pod('web', { runtimeClassName: 'kata-qemu', hostNetwork: true, containers: [] }), runtimeClass('kata-qemu', 'kata-qemu')];
    const { output } = runCommandLine(['check', '--ignore', 'host-network: asked for', '-'], { standardInput: () => JSON.stringify(objects), colors: false });
    expect(output).toContain('0 errors');
    expect(output).toContain('1 ignored');
  });

  test('is told when it is not found any more', () => {
    expect(ignoring('plan-hash: was so').complaint).toBe('cdk8s-sandbox-runtimes: nothing is found any more of what is ignored: plan-hash\n');
  });
});

describe('the settings file', () => {
  const settings = (text: string) => {
    const path = join(folder, 'settings.yaml');
    writeFileSync(path, text);
    return check('table', '--config', path);
  };

  test('holds beside the flags', () => {
    const { output } = settings('external: [gvisr]\nignore:\n  - {rule: handler-installed, reason: by hand}\n');
    expect(output).toContain('0 errors, 0 warnings, 1 ignored, 1 not read');
  });

  test.each([
    ['an unknown member', 'externals: [a]', 'has externals; it may have external, handlers, severity, ignore'],
    ['no list', 'external: a', 'external is "a"; write a list of names'],
    ['no reason', 'ignore: [{rule: plan-hash}]', 'of which only the object may be left out'],
    ['another severity', 'severity: info', 'severity is "info"; it may be error or warning'],
    ['no YAML', 'a: [', 'settings.yaml:'],
  ])('is refused with %s', (_what, text, message) => {
    const { status, complaint } = settings(text);
    expect(status).toBe(2);
    expect(complaint).toContain(message);
  });
});
