import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SETTING_KEYS } from '../../src/config/helper/settings.ts';
import { ROOT } from '../tools/lab/root.ts';
import { run } from '../tools/lab/run.ts';

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
const { bin } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { bin: Record<string, string> };
const sections = new Map(readme.split(/^(?=##+ )/m).map((text) => [text.split('\n')[0]?.replace(/^#+ /, ''), text]));
const COMMON = ['--conf', '--global_conf', '--log_level', '--help', '--version'];

it('links to headings that exist', () => {
  const targets = [...readme.matchAll(/\]\(#([^)]*)\)/g)].map((match) => match[1]);
  const anchors = [...readme.matchAll(/^##+ (.*)$/gm)].map((match) => anchorOf(match[1] ?? ''));
  expect(targets.length).toBeGreaterThan(20);
  expect(targets.filter((target) => !anchors.includes(target ?? ''))).toEqual([]);
  expect(new Set(anchors).size).toBe(anchors.length);
});

describe.each(Object.keys(bin))('the page of %s', (command) => {
  const page = sections.get(command) ?? '';

  it('shows what it prints and says what its exit codes mean', () => {
    expect(page).toMatch(/^\$ m/m);
    expect(page).toMatch(/^Exit: /m);
    expect(sections.get('Exit codes')).toContain(`\`${command}\``);
    expect(readme.slice(0, readme.indexOf('## See it work'))).toContain(`[${command}](#${command})`);
  });

  it('has every option of its --help', async () => {
    const { stdout } = await run(join(ROOT, 'bin', command), ['--help']);
    const terms = stdout.split('\n').flatMap((line) => /^ {2}(?=-|[A-Z]+, -)(.*?)(?: {2}|$)/.exec(line)?.[1] ?? []);
    const own = (terms.join(' ').match(/--[a-z_]+/g) ?? []).filter((option) => !COMMON.includes(option));
    const told = command.startsWith('master_ip')
      ? own.filter((option) => !/_(ip|port|user|password|host)$/.test(option))
      : own;
    expect(told.filter((option) => !page.includes(option))).toEqual([]);
  });
});

it('explains every setting and the options of all commands', () => {
  for (const key of SETTING_KEYS) expect(sections.get('Settings')).toContain(`\`${key}\``);
  for (const option of COMMON) expect(sections.get('Commands')).toContain(`\`${option}`);
});

it('has blocks that fit a terminal', () => {
  const blocks = [...readme.matchAll(/^```\n(.*?)^```$/gms)].map((match) => match[1] ?? '');
  const shown = blocks.filter((block) => /^\$ |^ *\d\. /.test(block)).flatMap((block) => block.split('\n'));
  expect(shown.filter((line) => line.length > 80)).toEqual([]);
});

/** As GitHub makes it: lower case, no punctuation, a dash for a space. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-');
}
