import { addImport, removeImport } from '../../../agent/containerd/imports-edit';
import { parseToml } from '../../../agent/containerd/toml';

const ENTRY = '/etc/containerd/conf.d/zz*.toml';

test.each([
  ['an array with entries', 'imports = ["/a/*.toml"]\n', [ENTRY, '/a/*.toml']],
  ['an empty array', 'imports = []\n[x]\n', [ENTRY]],
  ['an array with single quotes', "imports=['/a','/b']\n", [ENTRY, '/a', '/b']],
  ['an array over several lines with comments', 'imports = [ # mine\n  "/a", # "/no"\n  "/b",\n]\nversion = 2', [ENTRY, '/a', '/b']],
  ['an empty array with a comment', 'imports = [\n  # none yet ]\n]\n', [ENTRY]],
  ['a quoted key', '"imports" = [ ]\r\n', [ENTRY]],
  ['no array', '# mine\nversion = 2\n', [ENTRY]],
  ['no array and only tables', '# mine\n\n[plugins]\n', [ENTRY]],
  ['no array and no final line end', 'version = 2', [ENTRY]],
  ['a file with nothing but a comment', '# mine', [ENTRY]],
  ['an empty file', '', [ENTRY]],
  ['CRLF', 'version = 2\r\nroot = "x"\r\n', [ENTRY]],
])('adds an entry to %s, and takes it back without a trace', (_, before, imports) => {
  const after = addImport(before, ENTRY, 'ns/ds');
  expect(parseToml(after)).toEqual({ ...parseToml(before), imports });
  expect(removeImport(after, ENTRY)).toBe(before);
});

test('a new line stands below the comment that a file begins with, and says whose it is', () => {
  expect(addImport('# mine\r\nversion = 2\r\n', ENTRY, 'ns/ds'))
    .toBe(`# mine\r\nimports = ["${ENTRY}"] # added by sandbox-runtimes for ns/ds\r\nversion = 2\r\n`);
});

test.each([
  ['moved to the end', `imports = ["/a", '${ENTRY}']\n`, 'imports = ["/a"]\n'],
  ['moved to the middle', `imports = ["/a", "${ENTRY}", "/b"]\n`, 'imports = ["/a", "/b"]\n'],
  ['alone, but without our comment', `imports = ["${ENTRY}"]\n`, 'imports = []\n'],
  ['with a comma after it', `imports = ["${ENTRY}",\n]\n`, 'imports = [\n]\n'],
  ['in our line, to which another was added', `imports = ["${ENTRY}", "/a"] # added by sandbox-runtimes for ns/ds\n`, 'imports = ["/a"] # added by sandbox-runtimes for ns/ds\n'],
])('removes an entry that another tool has rewritten: %s', (_, text, expected) => {
  expect(removeImport(text, ENTRY)).toBe(expected);
});

test('leaves a file alone that has no such entry', () => {
  for (const text of ['version = 2\n', 'imports = ["/a"]\n', `[x]\nimports = ["${ENTRY}"]\n`]) expect(removeImport(text, ENTRY)).toBe(text);
});
