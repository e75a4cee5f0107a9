/** A piece of a SHOW GRANTS row: a quoted name, a string, a word, or one character of punctuation. */
export interface Token {
  readonly type: 'name' | 'string' | 'word' | 'sign';
  readonly text: string;
}

/** Splits a row of a session without ANSI_QUOTES: names in backticks, strings in '…' or "…". */
export function tokens(row: string): Token[] {
  const found: Token[] = [];
  let rest = row;
  while (rest.trim() !== '') {
    rest = rest.trimStart();
    const { token, length } = next(rest);
    found.push(token);
    rest = rest.slice(length);
  }
  return found;
}

function next(rest: string): { token: Token; length: number } {
  const name = /^`((?:[^`]|``)*)`/s.exec(rest);
  if (name) return piece('name', (name[1] ?? '').replace(/``/g, '`'), name[0]);
  const text = /^'((?:[^'\\]|\\.|'')*)'/s.exec(rest) ?? /^"((?:[^"\\]|\\.|"")*)"/s.exec(rest);
  if (text) return piece('string', unescapeString(text[1] ?? '', rest.charAt(0)), text[0]);
  const word = /^[A-Za-z0-9_$]+/.exec(rest);
  if (word) return piece('word', word[0], word[0]);
  return piece('sign', rest.charAt(0), rest.charAt(0));
}

function piece(type: Token['type'], text: string, source: string): { token: Token; length: number } {
  return { token: { type, text }, length: source.length };
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '0': '\0', Z: '\x1a' };

function unescapeString(body: string, quoteSign: string): string {
  return body.replaceAll(quoteSign + quoteSign, quoteSign).replace(/\\(.)/gs, (_, c: string) => ESCAPES[c] ?? c);
}
