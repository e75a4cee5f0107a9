/**
 * The words of a shell command that is a program and its arguments, quotes and backslashes taken off; undefined if
 * the shell would do more with it than that: `$x`, `;`, a pipe, a pattern.
 */
export function shellWords(command: string): string[] | undefined {
  const words: string[] = [];
  let rest = command.replace(/^[ \t]+/, '');
  while (rest !== '') {
    let word = '';
    while (rest !== '' && !/^[ \t]/.test(rest)) {
      const piece = PIECES.map(({ form, text }) => ({ text, found: form.exec(rest) })).find(({ found }) => found);
      if (!piece?.found || (word === '' && /^[~#]/.test(rest))) return undefined;
      word += piece.text(piece.found);
      rest = rest.slice(piece.found[0].length);
    }
    words.push(word);
    rest = rest.replace(/^[ \t]+/, '');
  }
  return words;
}

interface Piece {
  readonly form: RegExp;
  readonly text: (found: RegExpExecArray) => string;
}

const inside = (found: RegExpExecArray) => found[1] ?? '';

const PIECES: readonly Piece[] = [
  { form: /^'([^']*)'/, text: inside },
  { form: /^"((?:[^"\\$`]|\\[\s\S])*)"/, text: (found) => inside(found).replace(/\\(["\\$`])/g, '$1') },
  { form: /^\\([^\n])/, text: inside },
  { form: /^[^\s'"\\$`;|&<>()*?[{!]+/, text: ([all]) => all },
];

/** A command as a shell would run it: assignments in front, the program, its arguments. */
export interface SimpleCommand {
  readonly env: ReadonlyMap<string, string>;
  readonly program: string;
  readonly args: readonly string[];
}

/** Undefined if it is more than that, or names no program. */
export function simpleCommand(command: string): SimpleCommand | undefined {
  const words = shellWords(command);
  if (!words) return undefined;
  const first = words.findIndex((word) => !ASSIGNMENT.test(word));
  const program = words[first];
  if (program === undefined) return undefined;
  const env = words.slice(0, first).map((word) => splitAt(word, word.indexOf('=')));
  return { env: new Map(env), program, args: words.slice(first + 1) };
}

const ASSIGNMENT = /^[A-Za-z_][A-Za-z0-9_]*=/;

function splitAt(text: string, at: number): [string, string] {
  return [text.slice(0, at), text.slice(at + 1)];
}

/** The text as one word for a shell, quoted if it has to be. */
export function shellWord(text: string): string {
  return /^[\w./:@%+,-]+$/.test(text) ? text : quoted(text);
}

/** The text in single quotes. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
