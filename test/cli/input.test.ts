import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as fc from 'fast-check';
import { parseAllDocuments, stringify } from 'yaml';
import { ManifestReader } from '../../src/cli/input/manifest-reader';
import { readYaml } from '../../src/cli/input/yaml-text';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'input-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

/** Names of what is read, and where it stands. */
function read(...paths: string[]) {
  const reader = new ManifestReader(paths, () => { throw new Error('standard input is not to be read'); });
  const manifests = [...reader.manifests()];
  return {
    names: manifests.map((manifest: any) => manifest.metadata.name),
    lines: manifests.map((manifest) => reader.placeOf(manifest)!.line),
    unread: reader.unread,
  };
}

const POD = (name: string) => `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\n`;

describe('places', () => {
  test('are the lines of documents', () => {
    expect(read(write('a.yaml', `# comment\n---\n\n${POD('a')}---\n# another\n${POD('b')}...\n---\n${POD('c')}`)).lines).toEqual([4, 9, 14]);
  });

  test('are the lines of documents also behind one that cannot be read', () => {
    const text = `${POD('a')}---\na: [\n---\n${POD('b')}...\n%YAML 1.2\n---\n${POD('c')}---\nb: "\n--- \n${POD('d')}`;
    const { names, lines, unread } = read(write('a.yaml', text));
    expect([names, lines]).toEqual([['a', 'b', 'c', 'd'], [1, 7, 13, 19]]);
    expect(unread.map(({ line }) => line)).toEqual([5, 17]);
  });

  test.each([['YAML', stringify], ['JSON', (value: unknown) => JSON.stringify(value, undefined, 2)]])('are the lines of items in a list, as %s', (_what, print) => {
    const items = ['a', 'b', 'c'].map((name) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: { items: 'x' } } }));
    const text = print({ apiVersion: 'v1', kind: 'List', metadata: { items: ['no'] }, items });
    const { names, lines } = read(write('a.json', text));
    expect(names).toEqual(['a', 'b', 'c']);
    const rows = text.split('\n');
    for (const [index, line] of lines.entries()) {
      const rest = rows.slice(line - 1).join('\n');
      expect(rest.indexOf('apiVersion')).toBeGreaterThanOrEqual(0);
      expect(/name"?: "?(\w)/.exec(rest)![1]).toBe(names[index]);
    }
  });
});

describe('texts', () => {
  test('read by Kubernetes\' rules: dates stay texts, keys are merged', () => {
    const [document] = readYaml('a: 2026-01-01\nb: {<<: {c: 1}, d: 2}\n').documents;
    expect(document.value).toEqual({ a: '2026-01-01', b: { c: 1, d: 2 } });
  });

  test('read by Kubernetes\' rules: booleans in all spellings that kubectl takes for one, unless they are quoted', () => {
    const listed = (text: string) => readYaml(`[${text}]`).documents[0].value;
    expect(listed('y, Y, yes, Yes, YES, on, On, ON, true, True, TRUE')).toEqual(Array(11).fill(true));
    expect(listed('n, N, no, No, NO, off, Off, OFF, false, False, FALSE')).toEqual(Array(11).fill(false));
    expect(listed('"yes", \'on\', yEs, oFF, yesterday, nope')).toEqual(['yes', 'on', 'yEs', 'oFF', 'yesterday', 'nope']);
  });

  test('may have tags of other programs, which change nothing, and binary data', () => {
    const { documents, problems } = readYaml([
      'a: !vault |\n  secret', 'b: !Sub "${x}"', 'c: !Ref [d, e]', 'd: !!python/object:x {z: 1}', 'e: !!binary Z3Zpc29y', 'f: !GetAtt', 'g: !!python/name:os.path', 'h: !!str 1', 'i: !<tag:x.org,2020:y> z', '',
    ].join('\n'));
    expect(problems).toEqual([]);
    expect(documents[0].value).toEqual({ a: 'secret\n', b: '${x}', c: ['d', 'e'], d: { z: 1 }, e: 'gvisor', f: null, g: null, h: '1', i: 'z' });
  });

  test('has an object with binary data judged, and foreign documents passed over', () => {
    const { names, lines, unread } = read(write('a.yaml', `Resources:\n  x: !GetAtt a.b\n---\n${POD('a')}---\nbinaryData: {x: !!binary AAAA}\n${POD('b')}`));
    expect({ names, lines, unread }).toEqual({ names: ['a', 'b'], lines: [4, 8], unread: [] });
  });

  test('may merge mappings only, as kubectl takes them', () => {
    for (const source of ['""', '---', 'null', '[a]']) {
      expect(readYaml(`a:\n  <<: ${source}\n---\nb: 1\n`)).toMatchObject({ documents: [{ value: { b: 1 } }], problems: [{ line: 2, message: expect.stringContaining('cannot merge') }] });
    }
  });

  test('may have a byte order mark, and Windows\' line ends', () => {
    expect(read(write('a.yaml', `\uFEFF${POD('a')}---\n${POD('b')}`.replaceAll('\n', '\r\n')))).toMatchObject({ names: ['a', 'b'], lines: [1, 5], unread: [] });
  });

  test('may be in the UTF-16 that PowerShell writes', () => {
    const text = `\uFEFF${POD('a')}---\n${POD('ü')}`;
    for (const bytes of [Buffer.from(text, 'utf16le'), Buffer.from(text, 'utf16le').swap16()]) {
      const path = write('a.yaml', '');
      writeFileSync(path, bytes);
      expect(read(path)).toMatchObject({ names: ['a', 'ü'], lines: [1, 5], unread: [] });
    }
  });

  test('may have aliases, but not so many that they explode, nor ones that contain themselves', () => {
    expect(readYaml('a: &x {b: 1}\nc: *x\n').problems).toEqual([]);
    expect(readYaml('a: &x [*x]\n').problems).toEqual([expect.objectContaining({ line: 1, message: expect.stringContaining('make more than 100 levels') })]);
  });

  test('are not read to the depth at which a program runs out of stack', () => {
    for (const text of ['['.repeat(100_000), `${'['.repeat(100_000)}${']'.repeat(100_000)}`, '- '.repeat(10_000), '{"a":'.repeat(5000) + '1' + '}'.repeat(5000)]) {
      const { names, unread } = read(write('a.json', text));
      expect([names, unread.length]).toEqual([[], 1]);
    }
  });

  test('are read the same as by another parser', () => {
    const value = fc.letrec<{ node: unknown }>((tie) => ({
      node: fc.oneof({ maxDepth: 3 },
        fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.constantFrom('---', '- a', '#', '*x', '&y', '...', 'a: b\n---\nc', '"', '\'', '2026-01-01'),
        // The other parser takes the merge key for one like any other.
        fc.array(tie('node'), { maxLength: 4 }), fc.dictionary(fc.string().filter((key) => key !== '<<'), tie('node'), { maxKeys: 4 })),
    })).node;
    fc.assert(fc.property(fc.array(value, { minLength: 1, maxLength: 4 }), (values) => {
      // Quotes what Kubernetes would take for a boolean.
      const text = values.map((one) => stringify(one, { version: '1.1' })).join('---\n');
      fc.pre(parseAllDocuments(text).length === values.length);
      expect(readYaml(text).documents.map((document) => document.value)).toEqual(parseAllDocuments(text).map((document) => document.toJS()));
    }), { numRuns: 300 });
  });
});

describe('paths', () => {
  test('may be patterns, for shells that leave them alone', () => {
    for (const name of ['a/one.yaml', 'a/b/two.yml', 'a/b/three.json', 'c/four.yaml', 'c/five.txt']) write(name, POD(/\w+(?=\.)/.exec(name)![0]));
    expect(read(join(folder, '**/*.yaml')).names).toEqual(['one', 'four']);
    expect(read(join(folder, 'a/**')).names).toEqual(['three', 'two', 'one']);
    expect(read(join(folder, '{a,c}/*.yaml')).names).toEqual(['one', 'four']);
    expect(read(join(folder, 'a/b/t??.yml')).names).toEqual(['two']);
    expect(read(join(folder, '[a-b]/b/t[!w]*.json')).names).toEqual(['three']);
    expect(read(join(folder, '[!a]/f[io]*.yaml')).names).toEqual(['four']);
    expect(() => read(join(folder, '[z-a]*.yaml'))).toThrow('has a range of characters that runs backwards; write the lower one first');
    expect(() => read(join(folder, 'x/*.yaml'))).toThrow(/no \.yaml, \.yml or \.json file matches .*x\/\*\.yaml; name files/);
    expect(() => read(join(folder, 'a/*.toml'))).toThrow('matches');
  });

  test('lead nowhere out of a folder', () => {
    const secret = join(mkdtempSync(join(tmpdir(), 'secret-')), 'secret.yaml');
    writeFileSync(secret, POD('secret'));
    write('in/a.yaml', POD('a'));
    symlinkSync('a.yaml', join(folder, 'in', 'b.yaml'));
    symlinkSync(secret, join(folder, 'in', 'c.yaml'));
    symlinkSync(dirname(secret), join(folder, 'in', 'd'));
    symlinkSync('/proc/self/environ', join(folder, 'in', 'e.yaml'));
    symlinkSync('nowhere', join(folder, 'in', 'f.yaml'));
    expect(read(join(folder, 'in')).names).toEqual(['a']);
    // What somebody names is what he wants.
    expect(read(join(folder, 'in', 'c.yaml')).names).toEqual(['secret']);
    rmSync(dirname(secret), { recursive: true });
  });

  test.each(['', '**/*.yaml'])('may hold a folder that nobody may look into, as %j: it is named, and the rest is read', (pattern) => {
    write('in/a.yaml', POD('a'));
    write('in/secret/b.yaml', POD('b'));
    const secret = join(folder, 'in', 'secret');
    const fs = jest.requireActual('node:fs');
    const { readdirSync } = fs;
    const spy = jest.spyOn(fs, 'readdirSync').mockImplementation((path, ...options) => {
      if (path === secret) throw new Error('EACCES: permission denied');
      return readdirSync(path, ...options);
    });
    const { names, unread } = read(join(folder, 'in', pattern));
    spy.mockRestore();
    expect(names).toEqual(['a']);
    expect(unread).toEqual([expect.objectContaining({ file: secret })]);
  });

  test('may be files like those of a mounted ConfigMap', () => {
    write('..2026/a.yaml', POD('a'));
    symlinkSync('..2026', join(folder, '..data'));
    symlinkSync('..data/a.yaml', join(folder, 'a.yaml'));
    expect(read(folder).names).toEqual(['a']);
  });
});
