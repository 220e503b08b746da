import { appendBlock, blockBody, blockOwner, removeBlock } from '../../../agent/containerd/marked-block';

const BODY = '[a]\nb = 1\n';

test.each([
  ['a file', 'x = 1\n'],
  ['a file without a final line end', 'x = 1'],
  ['a file with CRLF', 'x = 1\r\ny = 2\r\n'],
  ['a file with CRLF and no final line end', 'x = 1\r\ny = 2'],
  ['an empty file', ''],
])('gives the exact bytes of %s back', (_, text) => {
  expect(removeBlock(appendBlock(text, BODY, 'ns/ds'), 'f')).toBe(text);
});

test('keeps the line ends of the file', () => {
  expect(appendBlock('x = 1\r\n', BODY, 'ns/ds').replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  expect(appendBlock('x = 1\n', '[a]\r\n', 'ns/ds')).not.toContain('\r');
});

test('keeps what others have appended after the block', () => {
  expect(removeBlock(`${appendBlock('x = 1\n', BODY, 'ns/ds')}[theirs]\n`, 'f')).toBe('x = 1\n[theirs]\n');
  expect(removeBlock(`${appendBlock('x = 1', BODY, 'ns/ds')}[theirs]\n`, 'f')).toBe('x = 1\n[theirs]\n');
});

test('names owner and body', () => {
  expect(blockOwner(appendBlock('x = 1', BODY, 'ns/ds'))).toBe('ns/ds');
  expect(blockBody(appendBlock('x = 1', BODY, 'ns/ds'))).toBe(BODY);
  expect(blockOwner('x = 1\n')).toBeUndefined();
  expect(blockBody('x = 1\n')).toBeUndefined();
});

test('leaves a file without a block alone', () => {
  expect(removeBlock('x = "# BEGIN sandbox-runtimes ns/ds"\n', 'f')).toBe('x = "# BEGIN sandbox-runtimes ns/ds"\n');
});

test.each([
  ['no end', '# BEGIN sandbox-runtimes ns/ds\n[a]\n'],
  ['two beginnings', '# BEGIN sandbox-runtimes a\n# END sandbox-runtimes\n# BEGIN sandbox-runtimes b\n# END sandbox-runtimes\n'],
])('refuses markers with %s', (_, text) => {
  expect(() => removeBlock(text, '/etc/c.toml')).toThrow(/^\/etc\/c.toml: the markers .* do not come in one pair; remove both/);
});
