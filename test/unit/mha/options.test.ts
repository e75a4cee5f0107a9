import { describe, expect, it } from 'vitest';
import { parseOptions } from '../../../src/mha/options.ts';

const NAMES = {
  values: ['password', 'host', 'note'],
  flags: ['help', 'list'],
  mayBeEmpty: ['password'],
  alias: { h: 'host' },
};
const parse = (...argv: string[]) => parseOptions(argv, NAMES);

describe('a value', () => {
  const AWKWARD = [
    '0123',
    '1e3',
    'true',
    '-x',
    '--y=z',
    '-1',
    ' two words ',
    'line\nline',
    'a=b=c',
    '"',
    '-',
    '*',
    'ä',
  ];

  it.each(AWKWARD)('%j is taken as it is after =', (value) => {
    expect(parse(`--password=${value}`)).toMatchObject({ problems: [], unknown: [] });
    expect(parse(`--password=${value}`).values.get('password')).toBe(value);
  });

  it.each(AWKWARD)('%j is taken as it is in the next argument', (value) => {
    const parsed = parse('--password', value, '--host', 'db1');
    expect([...parsed.values]).toEqual([
      ['password', value],
      ['host', 'db1'],
    ]);
    expect(parsed).toMatchObject({ problems: [], unknown: [], words: [] });
  });

  it('may be empty only if the option allows it', () => {
    expect(parse('--password=').values.get('password')).toBe('');
    expect(parse('--host=').problems).toEqual(['--host needs a value']);
  });

  it.each([[['--host']], [['--host', '--list']], [['--host', '--note=x']], [['--host', '--', 'x']]])(
    'is missing in %j, and that is said',
    (argv) => {
      const parsed = parseOptions(argv, NAMES);
      expect(parsed.problems).toEqual(['--host needs a value']);
      expect(parsed.values.has('host')).toBe(false);
    },
  );

  it('given twice counts as given last', () => {
    expect(parse('--host=a', '--host=b').values.get('host')).toBe('b');
  });

  it('may follow a one-letter name', () => {
    expect(parse('-h', 'db1').values.get('host')).toBe('db1');
  });
});

describe('what is not an option', () => {
  it('is a word; numbers and leading zeros stay as they are', () => {
    expect(parse('db1', '007', '--list').words).toEqual(['db1', '007']);
    expect(parse('db1', '--list').flags).toEqual(new Set(['list']));
  });

  it('is passed on after --, whatever it looks like', () => {
    const parsed = parse('--list', '--', '--check_only', '--host=x', '-z', '--', '0');
    expect(parsed.after).toEqual(['--check_only', '--host=x', '-z', '--', '0']);
    expect(parsed).toMatchObject({ unknown: [], problems: [], words: [] });
    expect(parsed.values.has('host')).toBe(false);
  });
});

describe('an unknown option', () => {
  it('is named, without its value, which may be a secret', () => {
    expect(parse('--secret=hunter2', '--list').unknown).toEqual(['--secret']);
    expect(JSON.stringify(parse('--secret=hunter2').unknown)).not.toContain('hunter2');
  });

  it('does not hide the known ones', () => {
    expect(parse('--what', '--host=db1').values.get('host')).toBe('db1');
  });
});
