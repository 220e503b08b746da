// Replaces what jsii has just compiled, where loading it has to be fast, by files made from the sources: modules that
// esbuild can put into one scope load in half the time of jsii's CommonJS modules, and what the smallest app never runs
// is not even read (npm run bench).
import { readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { build, transform } from 'esbuild';
import { compileAtOnce } from './compile-at-once.mjs';

/** Modules that are loaded when something in them is asked for, so nobody may need them at the top level of another module. */
const LATER = new RegExp(`^(${[
  'src/policy/',
  'src/runtime/(kata-(?!annotations)|preinstalled-runtime|runtime-facts)',
  'src/workload/(container-probe|pod-volume|probe-script|runtime-probe)',
  'src/platform/((crictl|kubelet)-config|texts)',
  // Rules about what few apps have, what only these need, and what only reports show.
  'src/lineup/(rules/(kata-|docker-runtime|gvisor-on-crio|node-handler|others-label)|kata-class|pod-limits|chain)',
  // What reads TOML; the library's own tables are only written.
  'node_modules/smol-toml/dist/(date|error|extract|parse|primitive|struct|util)\\.',
].join('|')})`);

const OPTIONS = {
  platform: 'node',
  target: 'node20',
  // A declared field without a value would still be a function to compile for its class.
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
  logLevel: 'warning',
};
const BUNDLE = { ...OPTIONS, bundle: true, write: false, external: ['cdk8s', 'constructs'] };
const MINIFIED = {
  minifyWhitespace: true,
  minifySyntax: true,
  // So that the lines of a stack trace mean something.
  lineLimit: 160,
};

const assembly = JSON.parse(readFileSync('.jsii', 'utf8'));
const published = Object.values(assembly.types).filter(({ kind }) => kind !== 'interface');

// cdk8s looks for a validation plug-in in the package's main module, which must not load the command for it.
const plugin = 'Object.defineProperty(module.exports, "LineUpCheck", { get: () => require("./cli/validation-plugin.js").LineUpCheck });';

/** The library: lib/index.js, and beside it what more than that needs (lib/core.js) and what is loaded later (lib/later.js). */
async function bundleLibrary() {
  const later = [];
  const found = await build({ ...BUNDLE, entryPoints: ['src/index.ts'], outdir: 'lib', metafile: true });
  for (const module of Object.keys(found.metafile.inputs)) if (LATER.test(module)) later.push(module);

  const { outputFiles, metafile } = await build({
    ...BUNDLE,
    entryPoints: { index: 'the index', later: 'what comes later' },
    plugins: [sources({ 'the index': indexSource(), 'what comes later': later.map((module) => `export * from './${module}';`).join('\n') }), splitOff(later)],
    outdir: 'lib',
    format: 'esm',
    splitting: true,
    chunkNames: 'core',
    metafile: true,
  });
  const { exports } = metafile.outputs['lib/later.js'];
  const sooner = [...readFileSync('src/lineup/rules.ts', 'utf8').matchAll(/\brare\(.*\(\) => (\w+)\)/g)].map(([, rule]) => rule).filter((rule) => !exports.includes(rule));
  if (sooner.length) throw new Error(`the rules ${sooner} are rare in src/lineup/rules.ts and not among those that are loaded later`);
  const footers = { 'lib/index.js': typeInformation((module) => !LATER.test(module)) + plugin, 'lib/later.js': typeInformation((module) => LATER.test(module)) };
  for (const { path, text } of outputFiles) {
    const { code } = await transform(text, { ...OPTIONS, ...MINIFIED, format: 'cjs', footer: footers[relative('.', path)] });
    writeFileSync(path, requiredOnce(loadedLater(exportedOnce(code), exports)));
  }
}

/** The names of src/index.ts one by one: what is behind `export *` would have to be loaded to be known. */
function indexSource() {
  const modules = [...readFileSync('src/index.ts', 'utf8').matchAll(/ from '\.\/(.*)';/g)].map(([, module]) => `src/${module}`);
  const names = (module) => published.filter(({ symbolId }) => symbolId.startsWith(`${module}:`)).map(({ name }) => name);
  const missing = published.filter(({ symbolId }) => !modules.includes(symbolId.split(':')[0]));
  if (missing.length) throw new Error(`src/index.ts does not export ${missing.map(({ name }) => name)} from the module that has it`);
  return modules.map((module) => `export { ${names(module)} } from './${module}';`).join('\n');
}

/** Sources that are in no file, as entry points. */
function sources(texts) {
  return {
    name: 'sources',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^(the index|what comes later)$/ }, ({ path }) => ({ path, namespace: 'source' }));
      onLoad({ filter: /./, namespace: 'source' }, ({ path }) => ({ contents: texts[path], resolveDir: '.' }));
    },
  };
}

/** Takes modules out of all others, which find them in later.js. */
function splitOff(later) {
  return {
    name: 'split off',
    setup({ onResolve, resolve }) {
      onResolve({ filter: /^\./ }, async ({ path, importer, kind, resolveDir, pluginData }) => {
        if (pluginData === 'resolving' || importer === 'what comes later') return undefined;
        const resolved = await resolve(path, { kind, importer, resolveDir, pluginData: 'resolving' });
        const known = (file) => later.includes(relative('.', file));
        return known(resolved.path) && !known(importer) ? { path: './later.js', external: true } : resolved;
      });
    },
  };
}

/** esbuild copies its object of getters before it exports them. */
function exportedOnce(code) {
  return code.replace(/module\.exports=__toCommonJS\((\w+)\)/, 'module.exports=__defProp($1,"__esModule",{value:!0})');
}

/** Loads later.js when one of its names is asked for. */
function loadedLater(code, exports) {
  const names = [...new Set([...code.matchAll(/\bimport_later\d*\.(\w+)/g)].map(([, name]) => name))];
  const unknown = names.filter((name) => !exports.includes(name));
  if (unknown.length) throw new Error(`later.js has no ${unknown}; two of its modules may export the same name`);
  const getters = names.map((name) => `get ${name}(){return require("./later.js").${name}}`);
  const [first, ...others] = [...new Set([...code.matchAll(/\bimport_later\d*(?==require)/g)].map(([name]) => name))];
  return first === undefined ? code : others.reduce((text, name) => text.replaceAll(`${name}=require("./later.js")`, `${name}=${first}`), code)
    .replace(`${first}=require("./later.js")`, `${first}={${getters.join(',\n')}}`);
}

/** What jsii wove into its own output: by it, other languages learn the class of an object that they are given. */
function typeInformation(isInFile) {
  const classes = published.filter(({ kind, symbolId }) => kind === 'class' && isInFile(symbolId.split(':')[0]));
  return `for (const [name, fqn] of Object.entries(${JSON.stringify(Object.fromEntries(classes.map(({ name, fqn }) => [name, fqn])))})) `
    + `Object.defineProperty(module.exports[name], Symbol.for('jsii.rtti'), { value: { fqn, version: ${JSON.stringify(assembly.version)} } });`;
}

/** esbuild asks for a module from outside once for each file that imports it. */
function requiredOnce(text) {
  if (text.includes('__esm(')) throw new Error('a module is run only when it is asked for, so that its variables cannot serve others before');
  const known = new Map();
  return text.replace(/\b(import_\w+)=(require\("[^"]+"\))/g, (assignment, name, module) => {
    if (known.has(module)) return `${name}=${known.get(module)}`;
    known.set(module, name);
    return assignment;
  });
}

/** A program of its own. */
async function bundle(entryPoint, outfile) {
  const { outputFiles: [{ text }] } = await build({ ...BUNDLE, ...MINIFIED, entryPoints: [entryPoint], outfile });
  writeFileSync(outfile, requiredOnce(text));
}

await bundleLibrary();
await bundle('src/cli/main.ts', 'lib/cli/main.js');
await bundle('src/cli/validation-plugin.ts', 'lib/cli/validation-plugin.js');
compileAtOnce(['lib/index.js', 'lib/core.js'], 'bench/apps/quickstart.js');
