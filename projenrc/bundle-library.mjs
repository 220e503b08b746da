// Replaces lib/index.js, which jsii has just compiled, by one file made from the sources: modules that esbuild can put
// into one scope load in half the time of jsii's CommonJS modules, bundled or not (npm run bench).
import { readFileSync } from 'node:fs';
import { build } from 'esbuild';

const assembly = JSON.parse(readFileSync('.jsii', 'utf8'));

// What jsii wove into its own output: by it, other languages learn the class of an object that they are given.
const classes = Object.fromEntries(Object.values(assembly.types).filter(({ kind }) => kind === 'class').map(({ name, fqn }) => [name, fqn]));
const typeInformation = `for (const [name, fqn] of Object.entries(${JSON.stringify(classes)})) `
  + `Object.defineProperty(module.exports[name], Symbol.for('jsii.rtti'), { value: { fqn, version: ${JSON.stringify(assembly.version)} } });`;

await build({
  entryPoints: ['src/index.ts'],
  outfile: 'lib/index.js',
  allowOverwrite: true,
  bundle: true,
  platform: 'node',
  target: 'node20',
  external: ['cdk8s', 'constructs'],
  minifyWhitespace: true,
  minifySyntax: true,
  // So that the lines of a stack trace mean something.
  lineLimit: 160,
  footer: { js: typeInformation },
  logLevel: 'warning',
});
