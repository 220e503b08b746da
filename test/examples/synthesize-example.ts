import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

const EXAMPLES = join(__dirname, '..', '..', 'examples');

/** Names of all examples. */
export const EXAMPLE_NAMES = readdirSync(EXAMPLES, { withFileTypes: true })
  .filter((entry) => existsSync(join(EXAMPLES, entry.name, 'main.ts')))
  .map((entry) => entry.name);

/** Runs an example as `cdk8s synth` does, and reads what it wrote. */
export function synthesizeExample(example: string): any[] {
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
