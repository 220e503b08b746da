import { cdk, cdk8s, javascript } from 'projen';

const project = new cdk8s.ConstructLibraryCdk8s({
  name: 'cdk8s-sandbox-runtimes',
  description: 'gVisor and Kata Containers on Kubernetes nodes: typed constructs in which every handler name lines up end to end',
  keywords: ['kubernetes', 'gvisor', 'runsc', 'kata-containers', 'runtimeclass', 'containerd', 'sandbox'],
  author: 'cdk8s-sandbox-runtimes authors',
  authorAddress: 'authors@example.com',
  authorOrganization: true,
  repositoryUrl: 'https://github.com/example/cdk8s-sandbox-runtimes.git',
  license: 'Apache-2.0',
  defaultReleaseBranch: 'main',
  packageManager: javascript.NodePackageManager.NPM,
  projenrcTs: true,
  // Floors that exist in npm, PyPI, Maven Central and the Go proxy alike.
  cdk8sVersion: '2.69.5',
  constructsVersion: '10.4.5',
  jsiiVersion: '~6.0.0',
  typescriptVersion: '~6.0.3',
  projenVersion: '~0.103.25',
  minNodeVersion: '20.16.0',
  stability: cdk.Stability.EXPERIMENTAL,
  bundledDeps: ['commander@^14.0.3', 'js-yaml@^4.3.2', 'smol-toml@^1.9.1'],
  devDeps: [
    'agent-node@file:agent/node-24',
    'cdk8s-cli@^2.207.60',
    'cdk8s-plus-27@^2.9.5',
    'fast-check@^4.10.2',
    // Read in tests what was written: other parsers than ours.
    '@iarna/toml@^2.2.5',
    'yaml@^2.9.1',
    // Validates SARIF against its schema.
    'ajv@^8.20.0',
  ],
  bin: { 'cdk8s-sandbox-runtimes': 'bin/cdk8s-sandbox-runtimes' },
  github: false,
  release: false,
  depsUpgrade: false,
  sampleCode: false,
  integrationTestAutoDiscover: false,
  bundlerOptions: { esbuildVersion: '~0.28.2' },
  jestOptions: {
    updateSnapshot: javascript.UpdateSnapshot.NEVER,
    jestConfig: {
      collectCoverage: false,
      // What takes a second takes many on a busy machine; speed is measured in bench/.
      testTimeout: 60_000,
      moduleNameMapper: { '^cdk8s-sandbox-runtimes$': '<rootDir>/src' },
      // The agent runs under the Node.js major of the installer's image: test:agent.
      testPathIgnorePatterns: ['/node_modules/', '/test/agent/'],
    },
  },
  eslintOptions: {
    dirs: ['src', 'agent'],
    devdirs: ['test', 'examples', 'e2e', 'bench'],
    commandOptions: { fix: false },
  },
  publishToPypi: { distName: 'cdk8s-sandbox-runtimes', module: 'cdk8s_sandbox_runtimes' },
  publishToMaven: {
    mavenGroupId: 'io.github.example',
    mavenArtifactId: 'cdk8s-sandbox-runtimes',
    javaPackage: 'io.github.example.cdk8s.sandboxruntimes',
  },
  publishToGo: { moduleName: 'github.com/example/cdk8s-sandbox-runtimes-go' },
});

// A registry may lack platform packages of a fresh unrs-resolver, which breaks `npm ci`.
project.package.addPackageResolutions('unrs-resolver@1.12.2');
// npm 11 asks for a decision on every install script; none is needed.
project.package.addField('allowScripts', { '@parcel/watcher': false, 'backport': false, 'esbuild': false, 'unrs-resolver': false });
// Lets `import 'cdk8s-sandbox-runtimes'` resolve inside this checkout (examples) as it does for users.
project.package.addField('exports', {
  '.': { types: './lib/index.d.ts', default: './lib/index.js' },
  './jest': { types: './lib/cli/jest-matcher.d.ts', default: './lib/cli/jest-matcher.js' },
  './package.json': './package.json',
  './.jsii': './.jsii',
});
// The same for the way in which CommonJS projects look for types by default, as those that cdk8s init makes.
project.package.addField('typesVersions', { '*': { jest: ['./lib/cli/jest-matcher.d.ts'] } });

/** A tree of its own that tsc checks and jsii never sees. */
function typeScriptTree(dir: string, paths?: Record<string, string[]>) {
  new javascript.TypescriptConfig(project, {
    fileName: `${dir}/tsconfig.json`,
    extends: javascript.TypescriptConfigExtends.fromPaths(['../tsconfig.json']),
    include: ['**/*.ts'],
    compilerOptions: { noEmit: true, rootDir: '..', paths },
  });
}

// The node agent: bundled to assets/agent/main/agent.js, which travels in a ConfigMap.
typeScriptTree('agent');
project.bundler.addBundle('agent/main.ts', {
  platform: 'node',
  target: 'node24',
  outfile: 'agent.js',
  // The ConfigMap has a size limit. With the names of functions and classes a stack trace from a node can be read.
  esbuildArgs: { '--minify': true, '--keep-names': true },
  watchTask: false,
  tsconfigPath: 'agent/tsconfig.json',
});

// The examples import the library by its name.
typeScriptTree('examples', { 'cdk8s-sandbox-runtimes': ['../src'] });
typeScriptTree('e2e');
typeScriptTree('bench');
// tsc checks these imports; eslint would look for lib/, which a fresh clone lacks.
project.eslint?.addOverride({ files: ['examples/**'], rules: { 'import/no-unresolved': 'off' } });

// Few files instead of hundreds: loading them would take a third of the quickstart's time (npm run bench).
project.compileTask.exec('node projenrc/bundle-library.mjs');
// It runs the quickstart, which needs the agent.
project.compileTask.prependSpawn(project.bundler.bundleTask);

// Bundled into the agent, so for users there is no dependency.
project.eslint?.allowDevDeps('**/agent/**');

// `npm run synth`: the main job of the README.
const synth = project.addTask('synth', { description: 'Build the library and synthesize examples/quickstart' });
synth.spawn(project.preCompileTask);
synth.spawn(project.compileTask);
synth.exec('cdk8s synth --no-check-upgrade', { cwd: 'examples/quickstart' });
synth.exec('node ../../bin/cdk8s-sandbox-runtimes check dist', { cwd: 'examples/quickstart' });
synth.say('The YAML lies in examples/quickstart/dist');

// The agent's tests, under the Node.js of the installer's image whatever Node.js runs npm.
const agentTests = project.addTask('test:agent', {
  description: 'Test the node agent under Node.js 24',
  exec: 'node agent/node-24/run.js node_modules/jest/bin/jest.js --ci --config test/agent/jest.config.json',
  receiveArgs: true,
});

// The library is for the Node.js of whoever runs npm.
const USERS_NODE = 'node projenrc/users-node.js';
project.testTask.updateStep(project.testTask.steps.findIndex(({ execArgs }) => execArgs?.[0] === 'jest'), {
  exec: `${USERS_NODE} node_modules/jest/bin/jest.js --passWithNoTests --ci`,
  receiveArgs: true,
});

// `npm test` has to work right after `npm ci`: it needs the agent bundle.
for (const dir of ['bench', 'e2e', 'examples', 'agent', 'test']) {
  project.testTask.prependExec(`tsc --noEmit -p ${dir}/tsconfig.json`);
}
project.testTask.prependSpawn(project.bundler.bundleTask);
project.testTask.spawn(agentTests);

project.addTask('test:node', {
  description: 'The agent on a real containerd with a real runsc (Linux, root, Go)',
  exec: 'node agent/node-24/run.js node_modules/jest/bin/jest.js --ci --runInBand --config e2e/jest.config.json',
  receiveArgs: true,
});

project.addTask('test:cluster', {
  description: 'The synthesized YAML on a real cluster: etcd, API server, controllers, a systemd node with kubelet (Linux, root, Go)',
  exec: 'node agent/node-24/run.js node_modules/jest/bin/jest.js --ci --runInBand --config e2e/jest.cluster.config.json',
  receiveArgs: true,
});

project.addTask('test:soak', {
  description: 'For hours: every kill point, 500 installations and uninstallations on a cluster (Linux, root, Go)',
  exec: 'node agent/node-24/run.js node_modules/jest/bin/jest.js --ci --runInBand --config e2e/jest.soak.config.json',
  receiveArgs: true,
});

project.addTask('bench', {
  description: 'What synth and check cost, side by side with bare cdk8s and js-yaml',
  steps: [{ spawn: project.bundler.bundleTask.name }, { spawn: project.compileTask.name }, ...['synth', 'check'].map((bench) => ({ exec: `${USERS_NODE} node_modules/.bin/ts-node --project bench/tsconfig.json bench/${bench}.ts` }))],
});
project.addTask('bench:pods', {
  description: 'Start latency and memory of Pods, gVisor beside runc on one node (Linux, root, Go)',
  steps: [
    { spawn: project.bundler.bundleTask.name },
    { exec: 'node agent/node-24/run.js node_modules/.bin/ts-node -T --project bench/tsconfig.json bench/pods.ts', receiveArgs: true },
  ],
});

for (const path of ['/agent/', '/examples/', '/.ci/', '/e2e/', '/bench/', '/docs/']) {
  project.npmignore?.exclude(path);
}
project.gitignore.exclude('/examples/*/dist/', '/agent/node-24/node_modules/');
project.synth();
