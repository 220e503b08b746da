import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigRoot } from '../containerd-config/config-root';
import { refusalOf } from '../containerd-config/serve-handler';
import { containerd } from '../toolchain';

/** Real files of public repositories; they lie beside the checkout and do not belong to it. */
const CORPUS = join(__dirname, '../../../shared/corpus/containerd');
const MAIN = '/etc/containerd/config.toml';

let root: ConfigRoot;
beforeAll(async () => { root = new ConfigRoot((await containerd('2.2')).containerd); });
afterAll(() => root.remove());

test('a node without a main file gets one, and loses it again', async () => {
  expect(await refusalOf(root, {})).toBeUndefined();
});

/** The plain ones: the index tells templates of Go and Jinja from TOML. */
function plainFiles(): string[] {
  const [header, ...rows] = readFileSync(join(CORPUS, 'index.tsv'), 'utf8').trim().split('\n').map((row) => row.split('\t'));
  return rows.filter((row) => row[header.indexOf('kind')] !== 'template').map((row) => row[header.indexOf('file')]);
}

if (existsSync(join(CORPUS, 'index.tsv'))) {
  test('every real main file that containerd 2.2 loads serves the handler and nothing else changes, or is refused with a reason', async () => {
    const served: string[] = [];
    const refused: string[] = [];
    const notLoaded: string[] = [];
    for (const name of plainFiles()) {
      const original = { [MAIN]: readFileSync(join(CORPUS, name), 'utf8') };
      root.fill(original);
      if (!root.dump()) {
        notLoaded.push(name);
        continue;
      }
      const refusal = await refusalOf(root, original);
      if (refusal === undefined) served.push(name); else refused.push(`${name}: ${refusal}`);
    }
    console.log([
      `real main files: ${served.length} served, ${refused.length} refused, ${notLoaded.length} not loaded by containerd 2.2 itself`,
      ...refused, `not loaded: ${notLoaded.join(', ')}`,
    ].join('\n'));
    expect(served.length).toBeGreaterThan(0);
    for (const reason of refused) expect(reason).toMatch(/^\d+\.toml: \/etc\/containerd\/config.toml.+/);
  });
} else {
  console.warn(`there are no real main files at ${CORPUS}: only made-up ones are tested`);
}
