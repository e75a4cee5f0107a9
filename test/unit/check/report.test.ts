import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/base/finding.ts';
import { findingLines, findingsJson } from '../../../src/commands/mha_check/findingText.ts';

const note: Finding = { level: 'note', code: 'n', where: 'db2:3306', text: 'to know' };
const warning: Finding = { level: 'warning', code: 'w', where: 'db2:3306', text: 'may go wrong', advice: 'look' };
const error: Finding = {
  level: 'error',
  code: 'e',
  where: 'db1:3306',
  text: 'an error that takes more words than there is room for on a line of eighty characters',
  advice: 'do this, which needs more than a line as well, since there is so very much to be said about it',
  statements: ["GRANT SUPER ON *.* TO 'mha'@'%'", 'chmod 600 /etc/mha/app1.cnf'],
};

describe('findings for people', () => {
  it('are grouped, wrapped, and end with what they come to', () => {
    expect(findingLines([note, error, warning], { colour: false }).join('\n')).toBe(
      `error    db1:3306  an error that takes more words than there is room for on a
         line of eighty characters
         -> do this, which needs more than a line as well, since there is so
            very much to be said about it
              GRANT SUPER ON *.* TO 'mha'@'%';
              chmod 600 /etc/mha/app1.cnf

warning  db2:3306  may go wrong
         -> look

note     db2:3306  to know

1 error, 1 warning, 1 note: not ready for a switch`,
    );
  });

  it('are ready without errors', () => {
    expect(findingLines([], { colour: false })).toEqual(['0 errors, 0 warnings, 0 notes: ready']);
    expect(findingLines([warning], { colour: false }).at(-1)).toBe('0 errors, 1 warning, 0 notes: ready');
  });

  it('have colour where that is asked for, and at the level only', () => {
    const [line = ''] = findingLines([error], { colour: true });
    expect(line.startsWith('\u001b[31merror\u001b[0m    db1:3306  an error')).toBe(true);
  });

  it('bring no control character to the terminal', () => {
    const evil = {
      ...error,
      text: 'a\u001b[2Jb\r\nc\u202e\u0085d',
      where: 'x\u0007y',
      statements: ['SELECT\u001b[31m 1'],
    };
    const text = findingLines([evil], { colour: false }).join('\n');
    expect(text).toContain('x?y  a?[2Jb c??d');
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
  });
});

it('findings for scripts have the same order and keys', () => {
  const { findings, ...rest } = JSON.parse(findingsJson('/etc/mha/app1.cnf', [note, warning, error]));
  expect(findings).toEqual([error, warning, note]);
  expect(rest).toEqual({
    conf: '/etc/mha/app1.cnf',
    summary: { errors: 1, warnings: 1, notes: 1, ready: false },
  });
});
