// Replaces what jsii has just compiled, where loading it has to be fast, by files made from the sources: modules that
// esbuild can put into one scope load in half the time of jsii's CommonJS modules, and what the smallest app never runs
// is not even read (npm run bench).
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { build, transform } from 'esbuild';
import { compileAtOnce } from './compile-at-once.mjs';

/**
 * Files of modules that are loaded when something in them is asked for, so nobody may need them at the top level of a
 * module of another file. Everything else is in core.js, also what every Pod is looked at for and what every
 * configuration is written by.
 */
const LATER = {
  runsc: /^src\/runtime\/runsc-(?!config)/,
  kata: /^src\/(runtime\/kata-(?!annotations)|lineup\/(rules\/kata-|kata-class|pod-limits))/,
  policies: /^src\/policy\//,
  platforms: /^src\/(platform\/((crictl|kubelet)-config|records|texts)|runtime\/(preinstalled-runtime|runtime-facts)|installer\/node-folder)/,
  'other-runtimes': /^src\/(platform|lineup(\/rules)?)\/(crio|docker|gvisor-on-crio)/,
  'other-installers': /^src\/lineup\/(others\/(?!other-installer)|rules\/others-label)/,
  pods: /^src\/workload\/(container-probe|pod-volume|probe-script|refuse-metadata|request-sandbox|runtime-probe|sandbox-edit)/,
  // Rules about what few apps have, and what only reports show.
  rules: /^src\/lineup\/(rules\/(installer-(images|watch)|node-handler)|chain|class-names|required-terms)/,
  // What reads TOML; the library's own tables are only written.
  toml: /^node_modules\/smol-toml\/dist\/(date|error|extract|parse|primitive|struct|util)\./,
};
const fileOf = (module) => Object.keys(LATER).find((file) => LATER[file].test(module)) ?? 'core';

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

/** The library: lib/index.js has its names, lib/core.js most of what is behind them, and the files of LATER the rest. */
async function bundleLibrary() {
  const { metafile } = await build({ ...BUNDLE, entryPoints: ['src/index.ts'], outdir: 'lib', metafile: true });
  const modules = Object.keys(metafile.inputs).filter((module) => module !== 'src/index.ts');
  const files = ['core', ...Object.keys(LATER)];
  const everythingOf = (file) => modules.filter((module) => fileOf(module) === file).map((module) => `export * from './${module}';`).join('\n');
  const index = indexSource();
  const whole = await Promise.all(files.map((file) => bundledApart(file, { [file]: everythingOf(file) })));
  for (const file of files) {
    const names = new Set([index, ...whole].flatMap((text) => namesFrom(file, text)));
    const [text, exports] = exportedAtTheEnd(await bundledApart(file, { [file]: `export { ${[...names].sort()} } from 'everything';`, everything: everythingOf(file) }));
    await write(file, text, exports + typeInformation(file));
  }
  await write('index', index, plugin);
  const written = ['index', ...files].map((file) => `${file}.js`);
  for (const name of readdirSync('lib')) if (name.endsWith('.js') && !written.includes(name)) rmSync(`lib/${name}`);
  refuseRareRulesIn('core');
  Object.keys(LATER).forEach(refuseCycle);
}

/** What `rare` in src/lineup/rules.ts promises. */
function refuseRareRulesIn(file) {
  const rules = [...readFileSync('src/lineup/rules.ts', 'utf8').matchAll(/\brare\('([\w-]+)'/g)].map(([, id]) => id);
  const wrong = rules.filter((id) => fileOf(`src/lineup/rules/${id}.ts`) === file);
  if (!rules.length || wrong.length) throw new Error(`the rules ${wrong} are rare in src/lineup/rules.ts and not among those that are loaded later`);
}

/** One file of the library, from sources that are in no file, without the modules that are in another one. */
async function bundledApart(file, texts) {
  const { outputFiles: [{ text }] } = await build({ ...BUNDLE, entryPoints: [file], plugins: [sources(texts), apart(file)], outdir: 'lib', format: 'esm' });
  return text;
}

async function write(file, text, footer) {
  const { code } = await transform(text, { ...OPTIONS, ...MINIFIED, format: 'cjs', footer });
  writeFileSync(`lib/${file}.js`, requiredOnce(Object.keys(LATER).reduce(loadedLater, exportedOnce(code))));
}

/**
 * esbuild exports getters, so that others may ask before the file has run. Here nobody does, and a file exports what it
 * has when it has run.
 */
function exportedAtTheEnd(text) {
  const exports = /^export \{([^}]*)\};$/m;
  const names = exports.exec(text)[1].split(',').map((name) => name.trim().replace(/^(\w+) as (\w+)$/, '$2: $1'));
  return [text.replace(exports, ''), `module.exports = { ${names.join(', ')} };\n`];
}

/**
 * Core must have run before another file is loaded, whose code would never see its names otherwise. Node.js warns when a
 * file asks another one for a name that this one does not have yet.
 */
function refuseCycle(file) {
  const path = `./lib/${file}.js`;
  const script = `process.on("warning", (warning) => { throw warning; }); require("./lib/index.js").GVisorRuntime;`
    + `if (require.cache[require.resolve("${path}")]) throw new Error("${path} is loaded at the top level of core.js"); require("${path}");`;
  execFileSync(process.execPath, ['-e', script], { stdio: ['ignore', 'inherit', 'inherit'] });
}

/** Names that a bundled file takes from another one. */
function namesFrom(file, text) {
  return [...text.matchAll(/^(?:im|ex)port \{([^}]*)\} from "\.\/(.*)\.js";$/gm)].filter(([, , from]) => from === file)
    .flatMap(([, names]) => names.split(',').map((name) => name.trim().split(' ')[0]));
}

/** The names of src/index.ts one by one: what is behind `export *` would have to be loaded to be known. */
function indexSource() {
  const modules = [...readFileSync('src/index.ts', 'utf8').matchAll(/ from '\.\/(.*)';/g)].map(([, module]) => `src/${module}`);
  const missing = published.filter(({ symbolId }) => !modules.includes(symbolId.split(':')[0]));
  if (missing.length) throw new Error(`src/index.ts does not export ${missing.map(({ name }) => name)} from the module that has it`);
  return ['core', ...Object.keys(LATER)].map((file) => [file, published.filter(({ symbolId }) => fileOf(symbolId) === file).map(({ name }) => name)])
    .filter(([, names]) => names.length).map(([file, names]) => `export { ${names.join(', ')} } from "./${file}.js";`).join('\n');
}

/** Sources that are in no file, by their names. */
function sources(texts) {
  const filter = new RegExp(`^(${Object.keys(texts).join('|')})$`);
  return {
    name: 'sources',
    setup({ onResolve, onLoad }) {
      onResolve({ filter }, ({ path }) => ({ path, namespace: 'source' }));
      onLoad({ filter, namespace: 'source' }, ({ path }) => ({ contents: texts[path], resolveDir: '.' }));
    },
  };
}

/** Modules of other files are found in those. */
function apart(file) {
  return {
    name: 'apart',
    setup({ onResolve, resolve }) {
      onResolve({ filter: /^\./ }, async ({ path, importer, kind, resolveDir, pluginData }) => {
        if (pluginData === 'resolving') return undefined;
        const resolved = await resolve(path, { kind, importer, resolveDir, pluginData: 'resolving' });
        const other = fileOf(relative('.', resolved.path));
        return other === file ? resolved : { path: `./${other}.js`, external: true };
      });
    },
  };
}

/** esbuild copies its object of getters before it exports them. */
function exportedOnce(code) {
  return code.replace(/module\.exports=__toCommonJS\((\w+)\)/, 'module.exports=__defProp($1,"__esModule",{value:!0})');
}

/** Loads a file when one of its names is asked for, and not before. */
function loadedLater(code, file) {
  const required = `require("./${file}.js")`;
  const variables = [...code.matchAll(/\b(import_\w+)=(require\("[^"]+"\))/g)].filter(([, , module]) => module === required).map(([, variable]) => variable);
  return variables.reduce((text, variable) => text.replace(`${variable}=${required}`, variable).replaceAll(new RegExp(`\\b${variable}\\.`, 'g'), `${required}.`), code);
}

/** What jsii wove into its own output: by it, other languages learn the class of an object that they are given. */
function typeInformation(file) {
  const classes = published.filter(({ kind, symbolId }) => kind === 'class' && fileOf(symbolId) === file);
  return classes.length === 0 ? '' : `for (const [name, fqn] of Object.entries(${JSON.stringify(Object.fromEntries(classes.map(({ name, fqn }) => [name, fqn])))})) `
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
compileAtOnce(['lib/core.js'], 'bench/apps/quickstart.js');
