import * as fc from 'fast-check';
import { annotationMatches, hasWildcard } from '../../src/runtime/annotation-pattern';

test.each([
  ['io.katacontainers.*', 'io.katacontainers.config.hypervisor.default_vcpus', true],
  ['io.katacontainers.*', 'io.katacontainersXconfig', false],
  ['cdi.k8s.io/*', 'cdi.k8s.io/gpu', true],
  ['*', 'cdi.k8s.io/gpu', false],
  ['a.?', 'a.b', true],
  ['a.?', 'a.bc', false],
  ['a.[bc]', 'a.c', true],
  ['a.[^bc]', 'a.c', false],
  ['a.b', 'a.b', true],
  ['a.b', 'aXb', false],
])('%s over %s: %s', (pattern, annotation, matches) => {
  expect(annotationMatches(pattern, annotation)).toBe(matches);
});

test('a name without wildcards names exactly itself', () => {
  const name = fc.stringMatching(/^[a-z0-9./_-]{1,30}$/);
  fc.assert(fc.property(name, name, (one, other) => {
    expect(hasWildcard(one)).toBe(false);
    expect(annotationMatches(one, other)).toBe(one === other);
  }));
});
