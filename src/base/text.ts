/**
 * Text from a server or a person, safe to print on a terminal: on one line, control characters and those that change the
 * direction of writing replaced.
 */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').replace(UNPRINTABLE, '?').trim();
}

const UNPRINTABLE = /[\p{Cc}\p{Bidi_Control}]/gu;

/**
 * An error message of a server without the passwords and hashes that a quoted statement may hold: what follows
 * IDENTIFIED or PASSWORD in it is left out, and whatever looks like a hash.
 */
export function withoutSecrets(message: string): string {
  const query = message.search(/\bQuery:/i);
  const [before, statement] = query < 0 ? [message, ''] : [message.slice(0, query), message.slice(query)];
  const secret = /\bIDENTIFIED\b|\bPASSWORD\b(?:\s+FOR\b[^=]*=)?/i.exec(statement);
  const kept = secret ? `${statement.slice(0, secret.index + secret[0].length)} ***` : statement;
  return (before + kept).replace(/\*[0-9A-F]{40}\b/gi, '***').replace(/\$A\$\d{3}\$[^\n]*/g, '***');
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
