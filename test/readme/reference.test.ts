import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SETTING_KEYS } from '../../src/config/helper/settings.ts';
import { ROOT } from '../tools/lab/root.ts';
import { page, rowsOf } from './documents.ts';
import { sourceText } from './sources.ts';

const named = (cell: string) => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name ?? '');

describe('the page of settings', () => {
  it('explains every setting once, and no other', () => {
    const [rows = []] = [rowsOf(page('docs/settings.md').split('## Environment')[0] ?? '')];
    expect(rows.flatMap(([key = '']) => named(key)).sort()).toEqual([...SETTING_KEYS].sort());
  });

  it('has the defaults of the sample', () => {
    const sample = readFileSync(join(ROOT, 'conf/full.helper.cnf.sample'), 'utf8').split('[192.')[0] ?? '';
    const defaults = new Map([...sample.matchAll(/^(\w+) = (.+)$/gm)].map(([, key = '', value = '']) => [key, value]));
    const rows = rowsOf(page('docs/settings.md'));
    expect(defaults.size).toBeGreaterThan(8);
    for (const [key, value] of defaults) expect(rows.find(([cell]) => cell === `\`${key}\``)?.[1], key).toBe(value);
  });

  it('explains every variable of the environment', () => {
    const read = [...sourceText().matchAll(/\benv\.(MHA_HELPER_(?:CONF|GLOBAL_CONF|DEBUG)|NO_COLOR)\b/g)];
    const text = page('docs/settings.md');
    expect(read.length).toBeGreaterThan(3);
    expect(read.filter(([, name]) => !text.includes(`\`${name}`))).toEqual([]);
  });
});

describe('the page of findings', () => {
  const rows = rowsOf(page('docs/findings.md')).filter(([cell = '']) => cell.startsWith('`'));
  const documented = rows.flatMap(([cell = '']) => named(cell));

  it('has every finding of the code once, and no other', () => {
    expect(idsInCode().length).toBeGreaterThan(80);
    expect([...documented].sort()).toEqual(idsInCode());
  });

  it('says of each its level, what it means and what to do', () => {
    const wrong = rows.filter(
      ([, level = '', meaning, advice]) =>
        !/^(error|warning|note)(, (warning|note))*$/.test(level) || !meaning || !advice,
    );
    expect(wrong).toEqual([]);
  });
});

/** The ids of all findings: given as a property, or as the first word of a function that makes a finding. */
function idsInCode(): string[] {
  const code = sourceText('src/procedures/check', 'src/commands/mha_check');
  const MADE =
    /\bcode(?:: |[\w, ]*\] = \[)'([a-z_]+)'|\b(?:error|warning|note|warn|find|finding)\)?\(\s*(?:master,|server,)?\s*'([a-z_]+)'/g;
  const found = [...code.matchAll(MADE)].map(([, property, made]) => property ?? made ?? '');
  // Those that are put together, and the one that two files know.
  if (/`\$\{name\}_twice`/.test(code)) found.push('server_id_twice', 'server_uuid_twice');
  if (/`setting_\$\{only\}`/.test(code)) found.push('setting_lower', 'setting_weaker');
  return [...new Set([...found, 'setting_differs', 'stopped_answering'])].sort();
}
