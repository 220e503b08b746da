// Replaces what jsii has just compiled, where loading it has to be fast, by files made from the sources: modules that
// esbuild can put into one scope load in half the time of jsii's CommonJS modules, bundled or not (npm run bench).
import { readFileSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const assembly = JSON.parse(readFileSync('.jsii', 'utf8'));

// What jsii wove into its own output: by it, other languages learn the class of an object that they are given.
const classes = Object.fromEntries(Object.values(assembly.types).filter(({ kind }) => kind === 'class').map(({ name, fqn }) => [name, fqn]));
const typeInformation = `for (const [name, fqn] of Object.entries(${JSON.stringify(classes)})) `
  + `Object.defineProperty(module.exports[name], Symbol.for('jsii.rtti'), { value: { fqn, version: ${JSON.stringify(assembly.version)} } });`;

// cdk8s looks for a validation plug-in in the package's main module, which must not load the command for it.
const plugin = 'Object.defineProperty(module.exports, "LineUpCheck", { get: () => require("./cli/validation-plugin.js").LineUpCheck });';

async function bundle(entryPoint, outfile, footer = '') {
  const { outputFiles: [{ text }] } = await build({
    entryPoints: [entryPoint],
    outfile,
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node20',
    // A declared field without a value would still be a function to compile for its class.
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
    external: ['cdk8s', 'constructs'],
    minifyWhitespace: true,
    minifySyntax: true,
    // So that the lines of a stack trace mean something.
    lineLimit: 160,
    footer: { js: footer },
    logLevel: 'warning',
  });
  writeFileSync(outfile, requiredOnce(text));
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

await bundle('src/index.ts', 'lib/index.js', `${typeInformation}\n${plugin}`);
await bundle('src/cli/main.ts', 'lib/cli/main.js');
await bundle('src/cli/validation-plugin.ts', 'lib/cli/validation-plugin.js');
