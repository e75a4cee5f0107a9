/**
 * The words of a shell command without their quotes and backslashes; undefined if the command is more than a program
 * and its arguments: `$x`, `;`, a pipe, a pattern.
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

const inside = (found: RegExpExecArray) => found[1] ?? '';

const PIECES: readonly { form: RegExp; text: (found: RegExpExecArray) => string }[] = [
  { form: /^'([^']*)'/, text: inside },
  { form: /^"((?:[^"\\$`]|\\[\s\S])*)"/, text: (found) => inside(found).replace(/\\(["\\$`])/g, '$1') },
  { form: /^\\([^\n])/, text: inside },
  { form: /^[^\s'"\\$`;|&<>()*?[{!]+/, text: ([all]) => all },
];

/** A command as a shell would run it. */
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
  const split = (word: string, at = word.indexOf('=')) => [word.slice(0, at), word.slice(at + 1)] as const;
  const env = new Map(words.slice(0, first).map((word) => split(word)));
  return { env, program, args: words.slice(first + 1) };
}

const ASSIGNMENT = /^[A-Za-z_][A-Za-z0-9_]*=/;

/** The text as one shell word, quoted if necessary. */
export function shellWord(text: string): string {
  return /^[\w./:@%+,-]+$/.test(text) ? text : quoted(text);
}

export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
