import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseClientOptions } from '../../../../src/config/client/myCnf.ts';

const FILES: readonly (readonly [what: string, text: string])[] = [
  ['plain', '[client]\nuser=mon\npassword=secret\n'],
  ['white space everywhere', '  [client]  \n  user  =  mon \t\n\tpassword =  se cret  \r\n'],
  ['double quotes', '[client]\nuser="mon"\npassword="a b#c;d "\n'],
  ['single quotes', "[client]\npassword='a\"b'\n"],
  ['quotes that do not match', '[client]\npassword="abc\'\n'],
  ['a quote in the middle', '[client]\npassword=a"b c"d\n'],
  ['a lone quote', '[client]\npassword="\n'],
  ['escapes', '[client]\npassword=a\\sb\\tc\\\\d\\"e\\\'f\\#g\\xh\\nj\n'],
  ['escapes in quotes', '[client]\npassword="a\\"b\\\\c\\sd"\n'],
  ['a backslash at the end', '[client]\npassword=abc\\\n'],
  ['a comment after it', '[client]\npassword=abc # my password\nuser=mon#x\n'],
  ['a hash in quotes, and a comment', '[client]\npassword="a#b" # c\n'],
  ['an equals sign in it', '[client]\npassword=a=b=c\n'],
  ['empty', '[client]\npassword=\nuser=\n'],
  ['empty quotes', '[client]\npassword=""\n'],
  [
    'comments and other groups',
    '# c\n; d\n[mysqld]\nuser=root\npassword=x\n[client]\nuser=mon\n[mysqldump]\nuser=dump\n',
  ],
  ['the later line counts', '[mysql]\nuser=b\npassword=2\n[client]\nuser=a\npassword=1\n[mysql]\nuser=c\n'],
  ['not ASCII', '[client]\npassword=pä§s\n'],
];

/** What the servers' own program makes of it; undefined where it is not installed. */
function asMysqlReads(file: string): { user?: string; password?: string } | undefined {
  const run = spawnSync('my_print_defaults', [`--defaults-file=${file}`, 'client', 'mysql'], { encoding: 'utf8' });
  if (run.error || run.status !== 0) return undefined;
  const found: { user?: string; password?: string } = {};
  for (const option of `\n${run.stdout}`.replace(/\n$/, '').split('\n--').slice(1)) {
    const [name, ...value] = option.split('=');
    if (name === 'user' || name === 'password') found[name] = value.join('=');
  }
  return found;
}

describe('an option file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mha-helper-mycnf-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const readable = asMysqlReads('/dev/null') !== undefined;

  it.skipIf(!readable).each(FILES)('is read as the mysql client reads it: %s', (_, text) => {
    const file = join(folder, 'my.cnf');
    writeFileSync(file, text, { mode: 0o600 });
    const { user, password } = parseClientOptions(text);
    expect({ user, password }).toEqual({ user: undefined, password: undefined, ...asMysqlReads(file) });
  });

  it('gives user and password, the escapes undone', () => {
    const text = `[client]\nuser = mon\npassword = "p'w\\"$ \\\\x&;#(!)"  # comment\n`;
    expect(parseClientOptions(text)).toEqual({ user: 'mon', password: `p'w"$ \\x&;#(!)`, notes: [] });
  });

  it('a password without a value is to be asked for', () => {
    expect(parseClientOptions('[client]\npassword=x\npassword\n').password).toBeUndefined();
  });

  it('takes loose- and dashes as the client does', () => {
    expect(parseClientOptions('[client]\nloose-user=mon\nloose_password=x\n')).toMatchObject({
      user: 'mon',
      password: 'x',
    });
  });

  it('an include is ignored and reported, without its text', () => {
    const { notes } = parseClientOptions('[client]\n!include /etc/secret.cnf\n!includedir /etc/d\n');
    expect(notes).toEqual([
      'line 2: !include is not followed; name that file with --defaults_file',
      'line 3: !includedir is not followed; name that file with --defaults_file',
    ]);
  });
});
