import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMhaEscapes } from '../../../src/mha/escape.ts';
import { runOk } from '../../tools/lab/run.ts';

/** MHA's own function, on one hexadecimal line for each text. */
const PERL = [
  '-MMHA::NodeUtil',
  '-ne',
  'chomp; my $e = MHA::NodeUtil::escape_for_shell(pack("H*", $_)); print unpack("H*", $e), "\\n";',
];

/** Letters, and everything that a shell or MHA takes for something else, several in a row. */
const character = fc.constantFrom(...`ab0'"\\$\`!#&;|*?~<>^()[]{}, \n\t=-%@:/ÿäß€💾`);
const password = fc.oneof(fc.string({ unit: character }), fc.string({ unit: 'binary' }));
const passable = password.map((text) => text.replaceAll('\0', ''));

describe('a user or password that MHA escapes and a shell passes on', () => {
  it('is decoded to what it was', async () => {
    const property = fc.asyncProperty(fc.array(passable, { minLength: 50, maxLength: 50 }), async (texts) => {
      expect((await throughMhaAndShell(texts)).map(decodeMhaEscapes)).toEqual(texts);
    });
    await fc.assert(property, { numRuns: 20, endOnFailure: true });
  });

  it.each([
    ["p'w", "p'w"],
    ['a\\\\b', 'a\\b'],
    ['\\$\\"\\ \\!', '$" !'],
    ['plain0123', 'plain0123'],
    ['ends\\', 'ends\\'],
    ['', ''],
  ])('%j stands for %j', (received, meant) => {
    expect(decodeMhaEscapes(received)).toBe(meant);
  });
});

/** What a script gets to see. Perl works on bytes, as MHA does. */
async function throughMhaAndShell(texts: readonly string[]): Promise<string[]> {
  const input = texts.map((text) => `${Buffer.from(text).toString('hex')}\n`).join('');
  const { stdout } = await runOk('perl', PERL, { input });
  const words = stdout
    .trimEnd()
    .split('\n')
    .map((hex) => Buffer.from(hex, 'hex').toString());
  const shown = await runOk('/bin/sh', ['-c', `printf '%s\\0' ${words.join(' ')}`]);
  return shown.stdout.split('\0').slice(0, -1);
}
