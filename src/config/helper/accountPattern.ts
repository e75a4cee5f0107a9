/** Accounts that a setting names. */
export interface AccountPattern {
  readonly text: string;
  /** The name is case-sensitive, the host is not. */
  readonly matches: (user: string, host: string) => boolean;
}

/**
 * Reads `name, name@host, …`. The last `@` divides; without `@host`, every host matches. `*` stands for any
 * characters, `?` for one; `%` and `_` are literal, since `app@%` is an account. Quotes (' or ") protect a comma, an
 * `@`, a `#` or a space; a backslash protects the next character, also `*` and `?`. `#` and `;` outside quotes end the
 * list. @throws Error that says what is wrong
 */
export function parseAccounts(list: string): readonly AccountPattern[] {
  const entries: Char[][] = [[]];
  for (const char of charsOf(list)) {
    if (char.text === ',' && !char.kept) entries.push([]);
    else entries.at(-1)?.push(char);
  }
  const trimmed = entries.map(trim);
  if (trimmed.length === 1 && trimmed[0]?.length === 0) return [];
  if (trimmed.some((chars) => chars.length === 0)) throw new Error('an empty name between two commas');
  return trimmed.map(patternOf);
}

/** `kept`: in quotes or after a backslash. `plain`: after a backslash, so no wildcard. */
interface Char {
  readonly text: string;
  readonly kept: boolean;
  readonly plain: boolean;
}

/** A pair of quotes becomes an empty kept character, so that '' is a name: the anonymous account. */
function charsOf(list: string): Char[] {
  const chars: Char[] = [];
  let quote = '';
  for (let i = 0; i < list.length; i += 1) {
    const text = list.charAt(i);
    if (text === '\\' && i + 1 < list.length) {
      i += 1;
      chars.push({ text: list.charAt(i), kept: true, plain: true });
    } else if (text === quote) {
      quote = '';
    } else if (quote === '' && (text === '"' || text === "'")) {
      quote = text;
      chars.push({ text: '', kept: true, plain: true });
    } else if (quote === '' && (text === '#' || text === ';')) {
      break;
    } else {
      chars.push({ text, kept: quote !== '', plain: false });
    }
  }
  if (quote !== '') throw new Error(`a ${quote} that is not closed`);
  return chars;
}

function trim(chars: Char[]): Char[] {
  const solid = (char: Char) => char.kept || char.text.trim() !== '';
  const first = chars.findIndex(solid);
  return first < 0 ? [] : chars.slice(first, chars.findLastIndex(solid) + 1);
}

function patternOf(chars: Char[]): AccountPattern {
  const at = chars.findLastIndex((char) => char.text === '@' && !char.kept);
  const user = at < 0 ? chars : chars.slice(0, at);
  const host = at < 0 ? undefined : chars.slice(at + 1).map((char) => ({ ...char, text: char.text.toLowerCase() }));
  return Object.freeze({
    text: chars.map((char) => char.text).join(''),
    matches: (name: string, from: string) => fits(user, name) && (!host || fits(host, from.toLowerCase())),
  });
}

/** No regular expression: many `.*` backtrack exponentially. Going back to the last `*` suffices: pattern times text. */
function fits(pattern: readonly Char[], text: string): boolean {
  const parts = pattern.filter((char) => char.text !== '');
  let [at, from] = [0, 0];
  let star: { readonly at: number; from: number } | undefined;
  while (from < text.length) {
    const part = parts[at];
    if (part && isStar(part)) {
      star = { at, from };
      at += 1;
    } else if (part && fitsOne(part, text.charAt(from))) {
      at += 1;
      from += 1;
    } else if (star) {
      star.from += 1;
      [at, from] = [star.at + 1, star.from];
    } else return false;
  }
  return parts.slice(at).every(isStar);
}

function isStar({ text, plain }: Char): boolean {
  return !plain && text === '*';
}

function fitsOne({ text, plain }: Char, char: string): boolean {
  return (!plain && text === '?') || text === char;
}
