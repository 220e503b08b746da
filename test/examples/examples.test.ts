import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { walkTheChain } from './walk-the-chain';

const EXAMPLES = join(__dirname, '..', '..', 'examples');
const names = readdirSync(EXAMPLES, { withFileTypes: true }).filter((entry) => existsSync(join(EXAMPLES, entry.name, 'main.ts'))).map((entry) => entry.name);

/** Runs an example as `cdk8s synth` does, and reads what it wrote. */
function synthesize(example: string): any[] {
  const outdir = mkdtempSync(join(tmpdir(), `${example}-`));
  process.env.CDK8S_OUTDIR = outdir;
  try {
    jest.isolateModules(() => jest.requireActual(join(EXAMPLES, example, 'main')));
    return readdirSync(outdir).sort().flatMap((file) =>
      parseAllDocuments(readFileSync(join(outdir, file), 'utf8')).map((document) => document.toJS()));
  } finally {
    delete process.env.CDK8S_OUTDIR;
    rmSync(outdir, { recursive: true });
  }
}

/** The objects without what nobody reads: the agent's bundle, and the hash that changes with it. */
function readable(objects: any[]): any[] {
  return JSON.parse(JSON.stringify(objects), (key, value) => {
    if (key === 'agent.js') return '(the agent)';
    if (key === 'sandbox-runtimes/plan-hash') return '(hash of the ConfigMaps)';
    return value;
  });
}

test('there is a quickstart', () => {
  expect(names).toContain('quickstart');
});

describe.each(names)('the example %s', (example) => {
  const objects = synthesize(example);

  test('gives the YAML that was reviewed', () => {
    expect(readable(objects)).toMatchSnapshot();
  });

  test('leads every Pod to a handler, a shim and a configuration on the node', () => {
    const chains = walkTheChain(objects);
    expect(chains.length).toBeGreaterThan(0);
    expect(chains).toMatchSnapshot();
  });

  test('has no template braces, which Helm and others would read', () => {
    expect(JSON.stringify(objects)).not.toContain('{{');
  });
});
