/** Text from a server or a person on one line, safe to print: whatever {@link UNPRINTABLE} matches is replaced. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').replace(UNPRINTABLE, '?').trim();
}

/** Lines for a terminal or a log: line breaks stay; whatever else could move the cursor or change colours is replaced. */
export function printable(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/\t/g, ' ')
    .replace(UNPRINTABLE, (found) => (found === '\n' ? found : '?'));
}

/** One item of a list. Its further lines are indented, so that no name in it can start a line of its own. */
export function listItem(text: string): string {
  return `  - ${printable(text).replaceAll('\n', '\n    ')}`;
}

/** Control characters, and those that change the writing direction. */
export const UNPRINTABLE = /[\p{Cc}\p{Bidi_Control}]/gu;

/** A server's error message without secrets: removes hashes, and what follows IDENTIFIED or PASSWORD in a quoted statement. */
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

/** Lines of at most `width` characters, broken at spaces; a longer word is cut. `first` and `rest` are their prefixes. */
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

/** Breaks each line at `width` and indents what follows below its own words. SQL that ends in `;` stays whole. */
export function wrappedText(text: string, width: number): string {
  const broken = (line: string) => {
    if (line.length <= width || line.endsWith(';')) return [line];
    const [, indent = '', mark = ''] = /^( *)(- )?/.exec(line) ?? [];
    const rest = ' '.repeat(indent.length + (mark === '' ? 2 : mark.length));
    return wrapped(line.slice(indent.length + mark.length), width, indent + mark, rest);
  };
  return text.split('\n').flatMap(broken).join('\n');
}

function pieces(word: string, size: number): string[] {
  if (word.length <= size) return [word];
  return [word.slice(0, size), ...pieces(word.slice(size), size)];
}

/** A statement to be run by hand, with the reason why it failed. */
export function byHand(sql: string, reason: string | undefined): string {
  return `${sql};${reason === undefined ? '' : `  -- ${reason}`}`;
}

/** `1 byte`, `3,400 bytes`. */
export function counted(count: number, what: string): string {
  return `${count.toLocaleString('en-US')} ${what}${count === 1 ? '' : 's'}`;
}
