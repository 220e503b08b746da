import { pod, runtimeClass } from './fixture';
import { kataDeploy } from './others-fixture';
import { checkLineUp } from '../../src/lineup/line-up';

const CONTAINERS = { containers: [{ name: 'web', image: 'nginx', resources: { limits: { cpu: '1', memory: '256Mi' } } }] };
const web = (runtimeClassName: string) => pod('web', { runtimeClassName, ...CONTAINERS });
const kataClass = (name: string, handler: string, nodeSelector: object) => (
  { ...runtimeClass(name, handler, { nodeSelector }), overhead: { podFixed: { memory: '320Mi', cpu: '250m' } } }
);

/** Applications with the installers of others: what is in their chains, and where in an object it stands. */
const APPLICATIONS: Array<[string, any[]]> = [
  ['kata-deploy', [
    kataDeploy({ SHIMS_X86_64: 'qemu clh', MULTI_INSTALL_SUFFIX: '' }),
    ...['kata-qemu', 'kata-clh'].flatMap((name) => [
      kataClass(name, name, { 'katacontainers.io/kata-runtime': 'true', 'kata-deploy.katacontainers.io/default': 'true' }), web(name),
    ]),
  ]],
  ['kata-deploy with a suffix', [
    kataDeploy({ SHIMS_AARCH64: 'qemu-runtime-rs', MULTI_INSTALL_SUFFIX: 'next' }),
    kataClass('kata', 'kata-qemu-runtime-rs-next', { 'katacontainers.io/kata-runtime': 'true', 'kata-deploy.katacontainers.io/next': 'true' }),
    web('kata'),
  ]],
  ['gardener\'s extension', [
    {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'containerd-gvisor-pool', namespace: 'kube-system' },
      spec: { template: { metadata: { labels: { origin: 'gardener-extension-runtime-gvisor' } }, spec: { containers: [{ name: 'install', image: 'x' }] } } },
    },
    runtimeClass('gvisor', 'runsc', { nodeSelector: { 'containerruntime.worker.gardener.cloud/gvisor': 'true' } }),
    web('gvisor'),
  ]],
  ['runtime-class-manager', [
    { apiVersion: 'runtime.spinkube.dev/v1alpha1', kind: 'Shim', metadata: { name: 'spin-v2' }, spec: { runtimeClass: { name: 'wasmtime-spin-v2', handler: 'spin-v2' } } },
    runtimeClass('mine', 'spin-v2', { nodeSelector: { 'spin-v2': 'provisioned' } }),
    web('wasmtime-spin-v2'), web('mine'),
  ]],
  ['a live cluster', [
    { apiVersion: 'v1', kind: 'Node', metadata: { name: 'a', labels: { pool: 'sandbox' } }, status: { runtimeHandlers: [{ name: 'runsc' }] } },
    runtimeClass('gvisor', 'runsc', { nodeSelector: { pool: 'sandbox' } }),
    web('gvisor'),
  ]],
];

/** Paths whose text is a name in the chain; of maps of labels the keys, too. */
const CHAIN = [
  /^spec\.runtimeClassName$/, /^handler$/, /^scheduling\.nodeSelector(\.|$)/, /^spec\.runtimeClass\.name$/, /^metadata\.labels\./, /^status\.runtimeHandlers\.\d+\.name$/,
  /^spec\.template\.spec\.containers\.0\.env\.[12]\.(name|value)$/,
];

interface Place { readonly path: ReadonlyArray<string | number>; readonly isKey: boolean; readonly text: string }

function* places(object: any, path: Array<string | number> = []): Generator<Place> {
  for (const [key, value] of Object.entries<any>(object)) {
    const here = [...path, Array.isArray(object) ? Number(key) : key];
    const name = here.join('.');
    if (/^(scheduling\.nodeSelector|metadata\.labels)\./.test(name)) {
      yield { path: here, isKey: true, text: key };
    }
    if (typeof value === 'object' && value !== null) {
      yield* places(value, here);
    } else if (CHAIN.some((pattern) => pattern.test(name)) || (name === 'metadata.name' && ['RuntimeClass', 'Shim'].includes(object.kind))) {
      yield { path: here, isKey: false, text: String(value) };
    }
  }
  if (!path.length && object.kind === 'RuntimeClass') {
    yield { path: ['metadata', 'name'], isKey: false, text: object.metadata.name };
  }
}

function replaced(object: any, { path, isKey }: Place, text: string): any {
  const copy = structuredClone(object);
  const parent = path.slice(0, -1).reduce((value, step) => value[step], copy);
  const last = path.at(-1)!;
  if (isKey) {
    parent[text] = parent[last];
    delete parent[last];
  } else {
    parent[last] = text;
  }
  return copy;
}

function isEmptySetting(object: any, { path }: Place): boolean {
  return path.at(-1) === 'name' && path.slice(0, -1).reduce((value, step) => value[step], object).value === '';
}

/** The text with one letter changed, left out or doubled, at every position. */
function* misspellings(text: string): Generator<string> {
  for (let at = 0; at < text.length; at++) {
    const given = text[at];
    for (const other of [/[0-9]/.test(given) ? String((Number(given) + 1) % 10) : given === 'x' ? 'y' : 'x', '', given + given]) {
      yield text.slice(0, at) + other + text.slice(at + 1);
    }
  }
}

describe.each(APPLICATIONS)('%s', (_name, application) => {
  test('lines up', () => {
    expect(checkLineUp(application).findings).toEqual([]);
  });

  test('has no misspelled name in its chain that survives', () => {
    const survivors: string[] = [];
    let tried = 0;
    for (const object of application) {
      for (const place of places(object)) {
        for (const text of misspellings(place.text)) {
          // Blanks between shims may be two, and a setting that is empty may be absent.
          if (text.split(/\s+/).join(' ').trim() === place.text || isEmptySetting(object, place)) continue;
          tried++;
          const { findings } = checkLineUp(application.map((one) => (one === object ? replaced(object, place, text) : one)));
          if (!findings.some(({ severity }) => severity === 'error')) {
            survivors.push(`${object.kind} ${place.path.join('.')}${place.isKey ? ' (key)' : ''}: ${text}`);
          }
        }
      }
    }
    expect(survivors).toEqual([]);
    expect(tried).toBeGreaterThan(50);
  });
});
