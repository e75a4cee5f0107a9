import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../lab/root.ts';
import { run } from '../lab/run.ts';
import { DOCUMENTS, page, prose, rowsOf } from './documents.ts';

const { bin } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { bin: Record<string, string> };
const COMMON = ['--conf', '--global_conf', '--log_level', '--help', '--version'];
const INDEX = 'docs/commands/README.md';

describe.each(Object.keys(bin))('the page of %s', (command) => {
  const text = DOCUMENTS.get(`docs/commands/${command}.md`) ?? '';
  const help = run(join(ROOT, 'bin', command), ['--help']).then(({ stdout }) => stdout);

  it('shows what it prints, and links to the options and the exit codes', () => {
    expect(text.startsWith(`# ${command}\n`)).toBe(true);
    expect(text).toMatch(/^\$ m/m);
    expect(text).toContain('](README.md#options-of-all-commands)');
    expect(text).toContain('](README.md#exit-codes)');
    expect(page(INDEX)).toContain(`[${command}](${command}.md)`);
  });

  it('has every option of its --help', async () => {
    const lines = (await help).split('\n');
    const terms = lines.flatMap((line) => /^ {2}(?=-|[A-Z]+, -)(.*?)(?: {2}|$)/.exec(line)?.[1] ?? []);
    const own = (terms.join(' ').match(/--[a-z_]+/g) ?? []).filter((option) => !COMMON.includes(option));
    const due = command.startsWith('master_ip')
      ? own.filter((option) => !/_(ip|port|user|password|host)$/.test(option))
      : own;
    expect(due.filter((option) => !text.includes(option))).toEqual([]);
  });

  it('has its exit codes in the table, those of its --help', async () => {
    const rows = rowsOf(page(INDEX)).filter(([commands = '']) => commands.includes(`\`${command}\``));
    const [, zero = '', one = '', two = '', ten = ''] = rows[0] ?? [];
    expect([rows.length, zero, one, two].every(Boolean), command).toBe(true);
    expect(two).toBe('wrong arguments');
    const [, exit = ''] = /^Exit: (.*?)\n\n/ms.exec(await help) ?? [];
    expect(ten === '–').toBe(!/\b10\b/.test(exit));
  });
});

it('the options of all commands stand in the page of commands', () => {
  for (const option of COMMON) expect(page(INDEX)).toContain(`\`${option}`);
});

it('exit codes stand in one place', () => {
  const elsewhere = [...DOCUMENTS].filter(([path]) => path !== INDEX);
  const STATED = /^Exit: |^#+ Exit codes|^\| *command *\| *0 *\||\bexits?( with| code)? \d/im;
  expect(elsewhere.filter(([, text]) => STATED.test(prose(text))).map(([path]) => path)).toEqual([]);
  expect(page(INDEX).match(/^## Exit codes$/gm)?.length).toBe(1);
});
