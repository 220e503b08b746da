import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { POD_RULES } from '../../../src/lineup/pod-rules';
import { rulesPage } from '../../../src/lineup/report/rules-page';

test('docs/rules.md is current', () => {
  expect(readFileSync(join(__dirname, '..', '..', '..', 'docs', 'rules.md'), 'utf8')).toBe(rulesPage());
});

test('every rule has a section with its reason, what to do and a source', () => {
  const page = rulesPage();
  for (const { id, gvisor = [], kata = [] } of POD_RULES) {
    expect(page).toContain(`## ${id}\n`);
    for (const { reason, instead, source } of [...gvisor, ...kata]) {
      expect(page).toContain(`| ${reason} | ${instead} | ${source} |`);
    }
  }
});

test.each(POD_RULES.flatMap(({ id, gvisor = [], kata = [] }) => [...gvisor, ...kata].map(({ source }) => [id, source] as const)))(
  'the source of %s names a file, a page, an issue or an advisory: %s', (_id, source) => {
    for (const one of source.split(/, (?![^(]*\))/)) {
      expect(one).toMatch(/\.(go|md|rs|json|yaml|ts)\b|Makefile|[\w-]#\d+|CVE-\d|@[0-9a-f]{10}|^kubernetes\.io\/docs\/|^docs\.cloud\.google\.com\/|\(7\)|release notes of \d/);
    }
  });
