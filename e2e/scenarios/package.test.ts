import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transformSync } from 'esbuild';

const ROOT = join(__dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'consumer-'));
const run = (command: string, ...args: string[]) => execFileSync(command, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the packed tarball, in an empty folder', () => {
  test('is installed with cdk8s and constructs, and brings no further package', () => {
    execFileSync('npx', ['projen', 'bundle'], { cwd: ROOT, stdio: 'ignore' });
    execFileSync('npx', ['projen', 'compile'], { cwd: ROOT, stdio: 'ignore' });
    execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: ROOT, stdio: 'ignore' });
    const [tarball] = readdirSync(folder).filter((file) => file.endsWith('.tgz'));
    const { peerDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const peers = Object.entries<string>(peerDependencies).map(([name, range]) => `${name}@${range}`);
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');

    run('npm', 'install', '--no-audit', '--no-fund', ...peers, `./${tarball}`);

    const installed = readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'));
    expect(installed.sort()).toEqual(['cdk8s', 'cdk8s-sandbox-runtimes', 'constructs']);
  });

  test('synthesizes the ten lines of the README, and its command checks them', () => {
    const [, lines] = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(ROOT, 'README.md'), 'utf8'))!;
    writeFileSync(join(folder, 'main.js'), transformSync(lines, { loader: 'ts', format: 'cjs' }).code);

    run('node', 'main.js');

    const output = run('npx', '--no-install', 'cdk8s-sandbox-runtimes', 'check', 'dist');
    expect(output).toContain('Pod team-a/');
    expect(output).toMatch(/1 chain, 0 errors, 0 warnings/);
  });

  test('loads only what the ten lines need', () => {
    const library = join('node_modules', 'cdk8s-sandbox-runtimes', 'lib');
    const loaded = (...lines: string[]) => run('node', '-e', [...lines, 'console.log(Object.keys(require.cache).join("\\n"))'].join(';'))
      .split('\n').filter((file) => file.includes(library)).map((file) => file.slice(file.indexOf(library) + library.length + 1));

    expect(loaded('require("./main.js")')).toEqual(['index.js', 'core.js']);
    expect(loaded('require("cdk8s-sandbox-runtimes").KataRuntime')).toEqual(['index.js', 'core.js', 'kata.js']);
  });

  test('gives an ECMAScript module all names, wherever they are', () => {
    const types = Object.values<any>(JSON.parse(readFileSync(join(folder, 'node_modules', 'cdk8s-sandbox-runtimes', '.jsii'), 'utf8')).types);
    const names = types.filter(({ kind }) => kind !== 'interface').map(({ name }) => name);
    writeFileSync(join(folder, 'names.mjs'), `import { ${names.join(', ')} } from 'cdk8s-sandbox-runtimes';\nfor (const one of [${names.join(', ')}]) if (typeof one !== 'function' && typeof one !== 'object') throw one;`);

    run('node', 'names.mjs');
  });

  test('has a matcher for jest, typed for module settings old and new', () => {
    const bare = "import 'cdk8s-sandbox-runtimes/jest';\ndeclare const objects: object[];\nexpect(objects).toLineUp({ external: ['nvidia'] });\n";
    writeFileSync(join(folder, 'matcher.ts'), bare);
    const types = ['--noEmit', '--strict', '--skipLibCheck', '--typeRoots', join(ROOT, 'node_modules', '@types'), '--types', 'jest,node'];
    const settings = [['--module', 'commonjs', '--moduleResolution', 'node10', '--ignoreDeprecations', '6.0'], ['--module', 'node16', '--moduleResolution', 'node16']];
    for (const modules of settings) run('node', join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), ...types, ...modules, '--ignoreConfig', 'matcher.ts');
    writeFileSync(join(folder, 'matcher.test.js'), `
      require('cdk8s-sandbox-runtimes/jest');
      const { ApiObject, Chart, Testing } = require('cdk8s');
      test('lines up only with the class', () => {
        const chart = new Chart(Testing.app(), 'team');
        new ApiObject(chart, 'web', { apiVersion: 'v1', kind: 'Pod', spec: { runtimeClassName: 'nvidia' } });
        expect(chart).not.toLineUp();
        expect(chart).toLineUp({ external: ['nvidia'] });
      });`);

    run('node', join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js'), '--rootDir', folder, '--config', '{ "transform": {} }', '--silent');
  });

  test('is a validation plug-in of cdk8s-cli', () => {
    const cdk8s = join(ROOT, 'node_modules', 'cdk8s-cli', 'bin', 'cdk8s');
    const settings = (lines: string) => writeFileSync(join(folder, 'cdk8s.yaml'), 'language: typescript\napp: node main.js\nvalidations:\n'
      + `  - package: ./node_modules/cdk8s-sandbox-runtimes\n    version: 0.0.0\n    class: LineUpCheck\n${lines}`);

    settings('');
    expect(run('node', cdk8s, 'synth', '--no-check-upgrade')).toContain('Validations ended succesfully');

    settings('    properties: { externl: [nvidia] }\n');
    const { status, stdout } = spawnSync('node', [cdk8s, 'synth', '--no-check-upgrade'], { cwd: folder, encoding: 'utf8' });
    expect(stdout).toContain('properties in cdk8s.yaml has externl; it may have external, handlers, severity, ignore');
    expect(status).toBe(2);
  });

  test('tells other languages the class of each object, as jsii would', () => {
    const { types } = JSON.parse(readFileSync(join(folder, 'node_modules', 'cdk8s-sandbox-runtimes', '.jsii'), 'utf8'));
    const classes: any[] = Object.values<any>(types).filter(({ kind }) => kind === 'class');
    expect(classes.map(({ fqn }) => fqn)).toContain('cdk8s-sandbox-runtimes.GVisorRuntime');
    const names = JSON.parse(run('node', '-p', `const l = require('cdk8s-sandbox-runtimes');
      JSON.stringify(${JSON.stringify(classes.map(({ name }) => name))}.map((name) => Object.getOwnPropertyDescriptor(l[name], Symbol.for('jsii.rtti')).value.fqn))`));
    expect(names).toEqual(classes.map(({ fqn }) => fqn));
  });
});
