import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { supportTable } from './support-table';
import { NodePlatform } from '../../src';

const PAGE = join(__dirname, '..', '..', 'docs', 'platforms.md');
const PLACE = /(<!-- table:[^\n]*-->\n)[\s\S]*?(<!-- end of table -->)/;

/** Names of the members by the platform's own name. */
const MEMBERS = Object.fromEntries(Object.entries(NodePlatform)
  .flatMap(([member, platform]) => (platform instanceof NodePlatform ? [[platform.name, member]] : [])));

test('docs/platforms.md has the table of the records (UPDATE_DOCS=1 writes it)', () => {
  const page = readFileSync(PAGE, 'utf8');
  const wanted = page.replace(PLACE, (_, begin, end) => `${begin}\n${supportTable(MEMBERS)}\n\n${end}`);
  if (process.env.UPDATE_DOCS) writeFileSync(PAGE, wanted);
  else expect(page).toBe(wanted);
});
