import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Session } from '../../../src/adapters/mysql/session.ts';
import { ServerError } from '../../../src/base/errors.ts';
import { askPerl, exportCompat, knowsMhaStatements, withCompat } from '../../../src/mha/compat.ts';

describe('a server', () => {
  const failing = (code: number, statement: RegExp) =>
    ({
      rows: async (sql: string) => {
        if (statement.test(sql)) throw new ServerError({ what: 'failed', code });
        return [];
      },
    }) as unknown as Session;

  it('can be driven if it knows every statement that MHA sends', async () => {
    expect(await knowsMhaStatements(failing(0, /^$/))).toBe(true);
    expect(await knowsMhaStatements(failing(1064, /SLAVE/))).toBe(false);
    expect(await knowsMhaStatements(failing(1064, /MASTER/))).toBe(false);
  });

  it('that refuses one for another reason has not said that it does not know it', async () => {
    await expect(knowsMhaStatements(failing(1227, /SLAVE/))).rejects.toThrow('failed');
  });
});

describe('MHA’s Perl', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'perl-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** A Perl that prints and ends like this. */
  function perl(script: string): NodeJS.ProcessEnv {
    writeFileSync(join(folder, 'perl'), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, 'perl'), 0o755);
    return { ...process.env, PATH: `${folder}:${process.env.PATH}` };
  }

  it.each([
    ['reads every version', 'exit 0', {}],
    ['has MHACompat.pm', 'printf "loaded 1.0"', { loaded: '1.0' }],
    ['has one without a version', 'printf "loaded "', { loaded: '' }],
    ['dies of a version', 'printf 10.11.19', { needsHelpFor: '10.11.19' }],
    [
      'lacks MHA',
      'echo "Can\'t locate MHA/NodeUtil.pm in @INC (you may need to install it)" >&2; exit 2',
      { broken: "Can't locate MHA/NodeUtil.pm in @INC" },
    ],
  ])('%s', async (_, script, answer) => {
    expect(await askPerl(['10.11.19'], { env: perl(script) })).toEqual(answer);
  });

  it('loads MHACompat.pm beside what the environment has already', () => {
    const env = withCompat({ PERL5LIB: '/lib', PERL5OPT: '-w' });
    expect(env.PERL5LIB).toMatch(/\/conf\/perl:\/lib$/);
    expect(env.PERL5OPT).toBe('-w -MMHACompat');
    expect(exportCompat()).toContain(`-I${env.PERL5LIB?.split(':')[0]} -MMHACompat`);
  });
});
