import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const REPOSITORY = join(__dirname, '../..');
/** What the agent's unit tests need. */
const SOURCES = ['agent', 'src', 'test', 'e2e/real-cluster/figures.ts', 'package.json', 'tsconfig.json', 'assets'];

/** A mistake that somebody could make in the agent. */
export interface SeededBug {
  readonly bug: string;
  readonly file: string;
  /** A piece of the file, and what it becomes. */
  readonly change: readonly [from: string, to: string];
  /** The unit tests that have to notice: a pattern of files, and one of names. */
  readonly noticed: readonly [files: string, names?: string];
}

/** How a run of unit tests ended. */
export interface SuiteResult {
  readonly passed: number;
  readonly failed: number;
  /** Files that could not even be loaded: no test has noticed anything there. */
  readonly notLoaded: number;
  readonly output: string;
}

/** A copy of the agent's sources and tests, in which bugs can be seeded. */
export class SourceCopy {
  private readonly folder = mkdtempSync(join(tmpdir(), 'seeded-bug-'));

  constructor() {
    for (const path of SOURCES) {
      mkdirSync(dirname(join(this.folder, path)), { recursive: true });
      cpSync(join(REPOSITORY, path), join(this.folder, path), { recursive: true, filter: (source) => !source.includes('node_modules') });
    }
    symlinkSync(join(REPOSITORY, 'node_modules'), join(this.folder, 'node_modules'));
    const config = JSON.parse(readFileSync(join(this.folder, 'test/agent/jest.config.json'), 'utf8'));
    // Only whether tests notice is asked here: the compiler has other ways to.
    config.transform = { '^.+\\.ts$': ['ts-jest', { tsconfig: 'test/tsconfig.json', diagnostics: false }] };
    writeFileSync(join(this.folder, 'test/agent/jest.config.json'), JSON.stringify(config));
  }

  /** Runs `use` while the bug is in the copy. */
  with<T>({ file, change: [from, to] }: SeededBug, use: () => T): T {
    const path = join(this.folder, file);
    const before = readFileSync(path, 'utf8');
    const parts = before.split(from);
    if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} places like ${JSON.stringify(from)}, where the bug is to be seeded in one: say the place anew`);
    writeFileSync(path, parts.join(to));
    try {
      return use();
    } finally {
      writeFileSync(path, before);
    }
  }

  test([files, names]: SeededBug['noticed']): SuiteResult {
    const report = join(this.folder, 'report.json');
    rmSync(report, { force: true });
    const args = ['node_modules/jest/bin/jest.js', '--ci', '--config', 'test/agent/jest.config.json', '--json', `--outputFile=${report}`, files];
    const { stderr } = spawnSync(process.execPath, [...args, ...(names ? ['-t', names] : [])], { cwd: this.folder, encoding: 'utf8' });
    const result = JSON.parse(readFileSync(report, 'utf8'));
    return { passed: result.numPassedTests, failed: result.numFailedTests, notLoaded: result.numRuntimeErrorTestSuites, output: stderr };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
