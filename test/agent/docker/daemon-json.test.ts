import * as fc from 'fast-check';
import { DockerRuntimes, readDaemonJson, withoutOurs, withOurs } from '../../../agent/docker/daemon-json';

const PATH = '/etc/docker/daemon.json';
const SHIM = '/opt/sandbox-runtimes/gvisor/20261005.0/containerd-shim-runsc-v1';
const OURS: DockerRuntimes = {
  runsc: { runtimeType: SHIM, options: { TypeUrl: 'io.containerd.runsc.v1.options', ConfigPath: '/opt/sandbox-runtimes/config/runsc/a.toml' } },
};

/** A file as people have it, with bytes that a formatter would change. */
const SOMEBODYS = `{
    "log-driver" : "json-file",   "max-concurrent-downloads": 3,
\t"insecure-registries":["10.0.0.1:5000" , "a{b}\\"c,"],
    "runtimes": { "nvidia": {"path": "/usr/bin/nvidia-container-runtime", "runtimeArgs": []} }
}`;

function put(text: string | undefined, runtimes = OURS, defaultRuntime?: string): string {
  return withOurs(PATH, text, runtimes, defaultRuntime);
}

test('adds its runtimes as the first ones, and changes no other byte', () => {
  expect(put(SOMEBODYS)).toBe(SOMEBODYS.replace('"runtimes": {', `"runtimes": {
    "runsc": {
      "runtimeType": "${SHIM}",
      "options": {
        "TypeUrl": "io.containerd.runsc.v1.options",
        "ConfigPath": "/opt/sandbox-runtimes/config/runsc/a.toml"
      }
    },`));
});

test('adds "runtimes" where there is none', () => {
  expect(put('{\n  "debug": true\n}\n', { runsc: { path: '/opt/sandbox-runtimes/gvisor/1/runsc' } })).toBe(`{
  "runtimes": {
    "runsc": {
      "path": "/opt/sandbox-runtimes/gvisor/1/runsc"
    }
  },
  "debug": true
}
`);
});

test.each([undefined, '', ' \n'])('creates a file that a person could have written where there is none or an empty one (%j)', (text) => {
  const created = put(text, { runsc: { path: '/opt/sandbox-runtimes/gvisor/1/runsc' } });
  expect(created).toBe(`{
  "runtimes": {
    "runsc": {
      "path": "/opt/sandbox-runtimes/gvisor/1/runsc"
    }
  }
}
`);
  expect(withoutOurs(PATH, created)).toBeUndefined();
});

test.each(['{}', '{ }', '{"runtimes":{}}', '{"runtimes": {}, "debug": true}', '{"debug":true}', SOMEBODYS])('takes back to the very bytes: %j', (text) => {
  expect(withoutOurs(PATH, put(text))).toBe(text);
  expect(withoutOurs(PATH, put(text, { ...OURS, another: { path: '/opt/sandbox-runtimes/gvisor/2/runsc' } }, 'runsc'))).toBe(text);
});

test('takes its runtimes out of a file that somebody formatted and added to', () => {
  const formatted = JSON.stringify({ ...JSON.parse(put(SOMEBODYS)), debug: true });
  expect(JSON.parse(withoutOurs(PATH, formatted)!)).toEqual({ ...JSON.parse(SOMEBODYS), debug: true });
});

test('leaves a file without anything of ours alone', () => {
  expect(withoutOurs(PATH, SOMEBODYS)).toBe(SOMEBODYS);
  expect(withoutOurs(PATH, undefined)).toBeUndefined();
});

test('sets default-runtime only where it is asked for, and takes it back', () => {
  expect(JSON.parse(put(SOMEBODYS))).not.toHaveProperty('default-runtime');
  const text = put(SOMEBODYS, OURS, 'runsc');
  expect(JSON.parse(text)).toMatchObject({ 'default-runtime': 'runsc' });
  expect(withoutOurs(PATH, text)).toBe(SOMEBODYS);
});

test('leaves a default-runtime of somebody else alone', () => {
  const text = '{"default-runtime": "nvidia", "runtimes": {"nvidia": {"path": "/usr/bin/nvidia-container-runtime"}}}';
  expect(withoutOurs(PATH, put(text))).toBe(text);
  expect(() => put(text, OURS, 'runsc')).toThrow('has "default-runtime": "nvidia", and "runsc" is asked for: remove the line, or leave defaultRuntime out');
});

test.each([
  ['{ // comment\n}', 'is not JSON'],
  ['// comment\n{}', 'it seems to have comments, which JSON does not know'],
  ['{"a": 1,}', 'is not JSON'],
  ['\ufeff{}', 'is not JSON'],
  ['[]', 'has to hold a JSON object'],
  ['{"debug": true, "debug": false}', 'has the key "debug" twice in one object'],
  ['{"runtimes": {"a": {"path": "/a", "path": "/b"}}}', 'has the key "path" twice in one object'],
  ['{"hosts": [{"a": 1, "\\u0061": 2}]}', 'has the key "a" twice in one object'],
  ['{"runtimes": []}', '"runtimes" in /etc/docker/daemon.json has to be an object of objects'],
  ['{"runtimes": {"a": "/usr/bin/a"}}', 'has to be an object of objects'],
  ['{"runtimes": {"runsc": {"path": "/usr/local/bin/runsc"}}}', 'has a runtime "runsc" that the installer did not write'],
])('refuses %j and says why', (text, reason) => {
  expect(() => put(text)).toThrow(reason);
});

test('takes the same key in different objects for what it is', () => {
  expect(readDaemonJson(PATH, '{"a": {"x": 1}, "b": {"x": 1}, "c": "a, a"}')).toEqual({ a: { x: 1 }, b: { x: 1 }, c: 'a, a' });
});

/** A JSON text with white space wherever there may be some. */
function spaced(value: unknown, spaces: () => string): string {
  const space = spaces();
  if (Array.isArray(value)) return `[${space}${value.map((element) => spaced(element, spaces)).join(`${space},`)}${space}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, member]) => `${space}${JSON.stringify(key)}${spaces()}:${spaces()}${spaced(member, spaces)}${spaces()}`);
  return `{${members.length ? members.join(',') : space}}`;
}

test('means what it meant plus ours, and is taken back to the very bytes, for any file', () => {
  const runtime = fc.record({ path: fc.constantFrom('/usr/bin/a', '/usr/bin/b') });
  const content = fc.tuple(
    fc.dictionary(fc.string().filter((key) => !['runtimes', 'default-runtime', '__proto__'].includes(key)), fc.jsonValue(), { maxKeys: 4 }),
    fc.option(fc.dictionary(fc.constantFrom('nvidia', 'crun', 'a "quoted" {name},'), runtime), { nil: undefined }),
  ).map(([other, runtimes]) => (runtimes ? { ...other, runtimes } : other));
  const spaces = fc.infiniteStream(fc.constantFrom('', '', ' ', '\n', '\n  ', '\t', '\r\n'));
  fc.assert(fc.property(content, spaces, fc.boolean(), (value, stream, isDefault) => {
    const text = spaced(value, () => stream.next().value as string);
    fc.pre(text !== '{\n}' && !/^\{\n {2}"runtimes": \{\n {2}\}/.test(text));
    const changed = put(text, OURS, isDefault ? 'runsc' : undefined);
    const before = JSON.parse(text) as { runtimes?: object };
    const runtimes = { ...OURS, ...before.runtimes };
    expect(JSON.parse(changed)).toEqual({ ...before, runtimes, ...(isDefault ? { 'default-runtime': 'runsc' } : {}) });
    expect(withoutOurs(PATH, changed)).toBe(text);
  }));
});
