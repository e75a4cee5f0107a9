/**
 * Text from a server or a person, safe to print on a terminal: on one line, control characters and those that change the
 * direction of writing replaced.
 */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').replace(UNPRINTABLE, '?').trim();
}

/** Lines for a terminal or a log: line breaks stay, and whatever else could move the cursor or colour the text does not. */
export function printable(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/\t/g, ' ')
    .replace(UNPRINTABLE, (found) => (found === '\n' ? found : '?'));
}

/** One item of a list: further lines of it are indented, so that no name in it can begin a line of its own. */
export function listItem(text: string): string {
  return `  - ${printable(text).replaceAll('\n', '\n    ')}`;
}

/** Control characters, and those that change the direction of writing. */
export const UNPRINTABLE = /[\p{Cc}\p{Bidi_Control}]/gu;

/**
 * An error message of a server without the passwords and hashes that a quoted statement may hold: what follows
 * IDENTIFIED or PASSWORD in it is left out, and whatever looks like a hash.
 */
export function withoutSecrets(message: string): string {
  const quoted = message.search(/\bQuery:|\bnear '/i);
  const [before, statement] = quoted < 0 ? [message, ''] : [message.slice(0, quoted), message.slice(quoted)];
  return withoutHashes(before) + statementWithoutSecrets(statement);
}

/** The same for a statement itself. */
export function statementWithoutSecrets(sql: string): string {
  const secret = /\bIDENTIFIED\b|\bPASSWORD\b(?:\s+FOR\b[^=]*=)?/i.exec(sql);
  return withoutHashes(secret ? `${sql.slice(0, secret.index + secret[0].length)} ***` : sql);
}

function withoutHashes(text: string): string {
  return text.replace(/\*[0-9A-F]{40}\b/gi, '***').replace(/\$A\$\d{3}\$[^\n]*/g, '***');
}

/** Lines of at most `width` characters, broken at spaces; a word that is longer is cut. `first` and `rest` begin them. */
export function wrapped(text: string, width: number, first: string, rest: string): string[] {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text.split(' ').flatMap((w) => pieces(w, Math.max(8, width - rest.length)))) {
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = rest + word;
    } else line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line];
}

/** A text of several lines, each broken to `width` and continued below its own words. SQL that ends in `;` stays whole. */
export function wrappedText(text: string, width: number): string {
  const lines = text.split('\n').flatMap((line) => {
    if (line.length <= width || line.endsWith(';')) return [line];
    const [, indent = '', mark = ''] = /^( *)(- )?/.exec(line) ?? [];
    const rest = ' '.repeat(indent.length + (mark === '' ? 2 : mark.length));
    return wrapped(line.slice(indent.length + mark.length), width, indent + mark, rest);
  });
  return lines.join('\n');
}

function pieces(word: string, size: number): string[] {
  if (word.length <= size) return [word];
  return [word.slice(0, size), ...pieces(word.slice(size), size)];
}

/** `1 byte`, `3,400 bytes`. */
export function counted(count: number, what: string): string {
  return `${count.toLocaleString('en-US')} ${what}${count === 1 ? '' : 's'}`;
}
