import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { applied, DROP_IN, host, install, MAIN, tables, takeBack, textOf } from './fixtures';
import { Refusal } from '../../../agent/refusal';

/** Real files of public repositories; they lie beside the checkout and do not belong to it. */
const CORPUS = join(__dirname, '../../../../shared/corpus/containerd');
const present = existsSync(join(CORPUS, 'index.tsv'));
if (!present) console.warn(`there are no real files at ${CORPUS}: the plan is only tested with made-up ones`);

/** The plain ones: the index tells templates of Go and Jinja from TOML. */
function plainFiles(): string[] {
  const rows = readFileSync(join(CORPUS, 'index.tsv'), 'utf8').trim().split('\n').map((row) => row.split('\t'));
  const [name, kind] = ['file', 'kind'].map((column) => rows[0].indexOf(column));
  return rows.slice(1).filter((row) => row[kind] !== 'template' && readdirSync(CORPUS).includes(row[name])).map((row) => row[name]);
}

(present ? describe : describe.skip).each(['1.7.35', '2.2.9', '2.3.7'])('every real file on containerd %s', (version) => {
  test.each(present ? plainFiles() : [''])('%s is extended and given back to the byte, or refused with a reason', (name) => {
    const text = readFileSync(join(CORPUS, name), 'utf8');
    const files = host({ [MAIN]: text });
    try {
      const installed = applied(files, install(files, version, [tables('sandbox-test')]));
      expect(`${textOf(installed, MAIN)}${textOf(installed, DROP_IN)}`).toContain('runtimes.sandbox-test]');
      expect(install(installed, version, [tables('sandbox-test')])).toEqual([]);
      const gone = applied(installed, takeBack(installed, version));
      expect([textOf(gone, MAIN), textOf(gone, DROP_IN)]).toEqual([text, undefined]);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      expect(error.message).toMatch(/^\/etc\/containerd\/config.toml.+: .+/);
    }
  });
});
