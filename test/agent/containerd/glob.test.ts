import { host } from './fixtures';
import { fixedFolder, globFiles, patternMatches } from '../../../agent/containerd/glob';

test.each([
  ['/a/*.toml', '/a/x.toml', true],
  ['/a/*.toml', '/a/.x.toml', true],
  ['/a/*.toml', '/a/b/x.toml', false],
  ['/a/**.toml', '/a/b/x.toml', false],
  ['/a/*.toml', '/a/x.toml.bak', false],
  ['/*/x.toml', '/a/x.toml', true],
  ['/a/[x-z]?*.toml', '/a/yy.toml', true],
  ['/a/[^x]*.toml', '/a/x.toml', false],
  ['/a/x.toml', '/a/x.toml', true],
  // Without a star it is a plain path for containerd.
  ['/a/?.toml', '/a/x.toml', false],
  ['/a/(x)*.toml', '/a/(x)1.toml', true],
])('%s and %s: %s', (pattern, path, expected) => {
  expect(patternMatches(pattern, path)).toBe(expected);
});

test('finds files in lexical order', () => {
  const files = host({ '/etc/containerd/conf.d/b.toml': '', '/etc/containerd/conf.d/a.toml': '', '/etc/containerd/conf.d/c.txt': '' });
  expect(globFiles(files, '/etc/containerd/conf.d/*.toml')).toEqual(['/etc/containerd/conf.d/a.toml', '/etc/containerd/conf.d/b.toml']);
  expect(globFiles(files, '/etc/containerd/none.d/*.toml')).toEqual([]);
});

test('knows the folder in which a pattern begins', () => {
  expect(fixedFolder('/a/b/*.toml')).toBe('/a/b');
  expect(fixedFolder('/a/b*/c.toml')).toBe('/a');
});
