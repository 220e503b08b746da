import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BaseConfig, generatedConfigs } from '../containerd-config/base-config';
import { ConfigRoot } from '../containerd-config/config-root';
import { refusalOf } from '../containerd-config/serve-handler';
import { figure } from '../real-cluster/figures';
import { CONFIG_READER_VERSIONS, configReader } from '../toolchain';

/** With SOAK=1 each containerd gets all of them; else a sample, another one for each. */
const SAMPLE = process.env.SOAK === '1' ? 1 : 16;
const GENERATED = 200;
/** Real files of public repositories; they lie beside the checkout and do not belong to it. */
const CORPUS = join(__dirname, '../../../shared/corpus/containerd');

function realConfigs(): BaseConfig[] {
  const index = join(CORPUS, 'index.tsv');
  if (!existsSync(index)) {
    console.warn(`there are no real main files at ${CORPUS}: only generated ones are tried`);
    return [];
  }
  const [header, ...rows] = readFileSync(index, 'utf8').trim().split('\n').map((row) => row.split('\t'));
  const plain = rows.filter((row) => row[header.indexOf('kind')] !== 'template').map((row) => row[header.indexOf('file')]);
  return plain.map((name) => ({ name: `real file ${name}`, files: { '/etc/containerd/config.toml': readFileSync(join(CORPUS, name), 'utf8') } }));
}

const configs = [...generatedConfigs(GENERATED), ...realConfigs()];

test.each(CONFIG_READER_VERSIONS)('containerd %s reads nothing of any configuration differently but our handler, or the agent refuses and says why', async (version) => {
  const root = new ConfigRoot(await configReader(version));
  const count = { served: 0, refused: 0, unreadable: 0 };
  const sample = configs.filter((_, index) => (index + CONFIG_READER_VERSIONS.indexOf(version)) % SAMPLE === 0);
  try {
    for (const { name, files } of sample) {
      root.fill(files);
      const readable = root.dump() !== undefined;
      const refusal = await refusalOf(root, files).catch((error: Error) => {
        throw new Error(`${name}:\n${Object.entries(files).map(([path, text]) => `--- ${path}\n${text}`).join('\n')}\n${error.message}`);
      });
      // A reason names the file and is a sentence for whoever has to repair the node.
      if (refusal !== undefined) expect({ name, refusal }).toEqual({ name, refusal: expect.stringMatching(/^\/etc\/containerd\/.{20,}/) });
      if (!readable) expect({ name, refusal }).not.toEqual({ name, refusal: undefined });
      count[!readable ? 'unreadable' : refusal === undefined ? 'served' : 'refused']++;
    }
  } finally {
    root.remove();
  }
  figure(`base configurations on containerd ${version}`, sample.length, `tried, ${count.served} served with nothing else different, ${count.refused} refused with a reason, `
    + `${count.unreadable} refused that containerd itself cannot read`);
  expect(count.served).toBeGreaterThan(0);
}, 3_600_000);
