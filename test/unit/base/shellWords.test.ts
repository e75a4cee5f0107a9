import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoted, shellWord, shellWords, simpleCommand } from '../../../src/base/shellWords.ts';
import { run } from '../../tools/lab/run.ts';

describe('the words of a shell command', () => {
  it.each([
    ['/bin/hook --conf=/etc/app1.cnf', ['/bin/hook', '--conf=/etc/app1.cnf']],
    ['  a   b\tc ', ['a', 'b', 'c']],
    [`'it is' "a \\"b\\" \\x" c\\ d ''`, ['it is', 'a "b" \\x', 'c d', '']],
    ['a~b x#y', ['a~b', 'x#y']],
    ['', []],
  ])('%s', (command, words) => {
    expect(shellWords(command)).toEqual(words);
  });

  it.each(['a; b', 'a | b', 'a && b', 'a $x', 'a "$x"', 'a `b`', 'a > b', 'a *', '~/a', 'a #b', "a 'b", '(a)', 'a\nb'])(
    'are more than words: %s',
    (command) => {
      expect(shellWords(command)).toBeUndefined();
    },
  );

  it('are those of a shell itself', async () => {
    const commands = fc.sample(fc.string({ unit: fc.constantFrom(...`ab/=-. '"\\$;#~`), maxLength: 14 }), 60);
    for (const command of commands) {
      const words = shellWords(command);
      if (words === undefined) continue;
      const told = await run('/bin/sh', ['-c', `set -- ${command}\nfor w in "$@"; do printf '%s\\0' "$w"; done`]);
      expect(told.stdout.split('\0').slice(0, -1), command).toEqual(words);
    }
  });

  it('quoted, are one word to it', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(shellWords(quoted(text))).toEqual([text]);
        if (text !== '') expect(shellWords(shellWord(text))).toEqual([text]);
      }),
    );
  });
});

describe('a program and its arguments', () => {
  it('with assignments in front', () => {
    const command = simpleCommand('A=1 B="x y" /bin/hook --conf=C=1');
    expect(command).toMatchObject({ program: '/bin/hook', args: ['--conf=C=1'] });
    expect([...(command?.env ?? [])]).toEqual([
      ['A', '1'],
      ['B', 'x y'],
    ]);
  });

  it.each(['', 'A=1', 'a; b'])('is not: %j', (command) => {
    expect(simpleCommand(command)).toBeUndefined();
  });
});
