import * as fc from 'fast-check';
import { CONTAINERD_TABLES } from '../../src/platform/containerd-tables';

const MAIN = '/etc/containerd/config.toml';
const FOLDER = '/etc/containerd/conf.d';

/** Files below /etc/containerd as somebody else left them, with a name that says what is special about them. */
export interface BaseConfig {
  readonly name: string;
  readonly files: { readonly [path: string]: string };
}

/** Ways to write `imports`; the drop-ins of others are in the folder that some of them name. */
const IMPORTS: { readonly [name: string]: string } = {
  'no imports': '',
  'empty imports': 'imports = []\n',
  'one import': `imports = ["${FOLDER}/*.toml"]\n`,
  'an import in single quotes': `imports = ['${FOLDER}/*.toml'] # drop-ins\n`,
  'imports over several lines': `imports = [\n  # ours\n  "${FOLDER}/*.toml", # all of them\n  "/etc/containerd/more/*.toml",\n]\n`,
  'imports over several lines without the last comma': 'imports = [\n\t"/etc/containerd/more/*.toml"\n]\n',
  'commented imports': `#imports = ["${FOLDER}/*.toml"]\n`,
  'a relative import': 'imports = ["conf.d/*.toml"]\n',
  'an import of another folder': 'imports = ["/etc/containerd/other.d/*.toml"]\n',
  'a quoted key': `"imports" = ["${FOLDER}/*.toml"]\n`,
};

const LINE_ENDS: { readonly [name: string]: (text: string) => string } = {
  'LF': (text) => text,
  'CRLF': (text) => text.replaceAll('\n', '\r\n'),
  'no last newline': (text) => text.trimEnd(),
  'indented': (text) => text.replace(/^(?=[a-z])/gim, '    '),
  'blank lines at the end': (text) => `${text}\n\n \t\n`,
};

/** Settings of others that must stay; `cri` is the CRI's runtime table, `images` that of images. */
type Setting = (cri: string, images: string, q: string) => string;

const runtime = (name: string, options: string): Setting => (cri, _, q) =>
  `[${cri}.containerd.runtimes.${name}]\nruntime_type = ${q}io.containerd.runc.v2${q}\n[${cri}.containerd.runtimes.${name}.options]\n${options}`;

const SETTINGS: { readonly [name: string]: Setting } = {
  'runc with the systemd driver': runtime('runc', 'SystemdCgroup = true\n'),
  'nvidia': runtime('nvidia', 'BinaryName = "/usr/bin/nvidia-container-runtime"\n'),
  'a quoted runtime': runtime('"crun"', "BinaryName = '/usr/bin/crun'\nSystemdCgroup = true\n"),
  'mirrors': (_, images, q) => `[${images}.registry]\nconfig_path = ${q}/etc/containerd/certs.d${q}\n`,
  'CNI folders': (cri, _, q) => `[${cri}.cni]\nconf_dir = ${q}/etc/cni/other.d${q}\n`,
  'a snapshotter': (_, images, q) => (images.includes('images') ? `[${images}]\nsnapshotter = ${q}native${q}\n` : `[${images}.containerd]\nsnapshotter = ${q}native${q}\n`),
  'metrics': (_, __, q) => `[metrics]\naddress = ${q}127.0.0.1:1338${q}\n`,
  'timeouts': (_, __, q) => `[timeouts]\n${q}io.containerd.timeout.shim.cleanup${q} = "6s"\n`,
  'a proxy plugin': () => '[proxy_plugins]\n  [proxy_plugins.stargz]\n    type = "snapshot"\n    address = "/run/stargz.sock"\n',
  'a table in an array of lines': () => '[plugins]\n  [plugins."io.containerd.gc.v1.scheduler"]\n    pause_threshold = 0.05\n    startup_delay = "100ms"\n',
  'other characters': () => '# Grüße, ノード ✓ = [ "x" ]\n',
};

/** Which tables the CRI's settings are in. */
const TABLES = {
  'version 1 tables': ['plugins.cri', 'plugins.cri'],
  'version 2 tables': [`plugins."${CONTAINERD_TABLES.v2}"`, `plugins."${CONTAINERD_TABLES.v2}"`],
  'version 3 tables': [`plugins.'${CONTAINERD_TABLES.v3}'`, "plugins.'io.containerd.cri.v1.images'"],
} as const;

/** Drop-ins of others. */
const OTHERS: { readonly [name: string]: { readonly [path: string]: string } } = {
  'no drop-in': {},
  'a drop-in with no CRI settings': { [`${FOLDER}/10-metrics.toml`]: '[metrics]\naddress = "127.0.0.1:1339"\n' },
  'a drop-in with a runtime': { [`${FOLDER}/50-other.toml`]: `[plugins.'${CONTAINERD_TABLES.v3}'.containerd.runtimes.other]\nruntime_type = 'io.containerd.runc.v2'\n` },
  'a drop-in for version 2': { [`${FOLDER}/50-other.toml`]: `version = 2\n[plugins."${CONTAINERD_TABLES.v2}".containerd.runtimes.other]\nruntime_type = "io.containerd.runc.v2"\n` },
  'an empty drop-in': { [`${FOLDER}/99-empty.toml`]: '' },
};

const config = fc.record({
  header: fc.constantFrom('', 'version = 1\n', 'version = 2\n', 'version = 2\n', 'version = 3\n', 'version = 3\n', 'version = 4\n'),
  importsFirst: fc.boolean(),
  imports: fc.constantFrom(...Object.keys(IMPORTS)),
  tables: fc.constantFrom(...Object.keys(TABLES) as (keyof typeof TABLES)[], 'version 2 tables' as const, 'version 3 tables' as const),
  settings: fc.uniqueArray(fc.constantFrom(...Object.keys(SETTINGS)), { maxLength: 5 }),
  quote: fc.constantFrom('"', "'"),
  lineEnds: fc.constantFrom('LF', 'LF', ...Object.keys(LINE_ENDS)),
  others: fc.constantFrom('no drop-in', 'no drop-in', ...Object.keys(OTHERS)),
});

/** The same ones in every run. */
export function generatedConfigs(count: number): BaseConfig[] {
  return fc.sample(config, { numRuns: count, seed: 20261121 }).map(({ header, importsFirst, imports, tables, settings, quote, lineEnds, others }) => {
    const [cri, images] = TABLES[tables];
    const head = importsFirst ? IMPORTS[imports] + header : header + IMPORTS[imports];
    const text = LINE_ENDS[lineEnds](head + settings.map((name) => SETTINGS[name](cri, images, quote)).join(''));
    const name = [header.trim() || 'no version', imports, tables, ...settings, lineEnds, others].join(', ');
    return { name, files: { [MAIN]: text, ...OTHERS[others] } };
  });
}
