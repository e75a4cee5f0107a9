import { ConfigError } from '../../base/errors.ts';

/** Lines count from 1. */
export interface TinyProperty {
  readonly value: string;
  readonly line: number;
}

/** `line` is where it first begins; properties are in order of first appearance. */
export interface TinySection {
  readonly line: number;
  readonly properties: ReadonlyMap<string, TinyProperty>;
}

/** Sections by name, in order of first appearance; properties before the first header are in section `_`. */
export type TinyFile = ReadonlyMap<string, TinySection>;

/**
 * Reads a file as Perl's Config::Tiny 2.28 does, which is what MHA uses. In and out are byte strings (see bytes.ts).
 *
 * - a line ends with CR LF, CR CR LF, CR or LF; white space is ASCII, vertical tab included
 * - a line that begins with `#` or `;` is a comment; white space, `;`, white space and at least one more character end
 *   a line anywhere; `#` inside a line is part of it; quotes and backslashes mean nothing
 * - a repeated section continues the first; a repeated property replaces the first
 *
 * @throws ConfigError with file and line for any other line, which it does not quote: it may hold a password.
 */
export function parseConfigTiny(bytes: string, file: string): TinyFile {
  const sections = new Map<string, { line: number; properties: Map<string, TinyProperty> }>();
  const sectionOf = (name: string, line: number) => {
    const section = sections.get(name) ?? { line, properties: new Map<string, TinyProperty>() };
    sections.set(name, section);
    return section;
  };
  let current = '_';
  bytes.split(LINE_END).forEach((whole, index) => {
    if (COMMENT.test(whole)) return;
    const line = index + 1;
    const text = whole.replace(INLINE_COMMENT, '');
    const header = headerIn(text);
    if (header !== undefined) {
      current = header;
      sectionOf(current, line);
      return;
    }
    const equals = text.indexOf('=');
    if (equals < 1) throw syntaxError(file, line, whole);
    const name = nameIn(text.slice(0, equals));
    sectionOf(current, line).properties.set(name, { value: trim(text.slice(equals + 1)), line });
  });
  return sections;
}

const LINE_END = /\r{1,2}\n|\r|\n/;
const WHITE = /[\t-\r ]/;
const COMMENT = /^[\t-\r ]*(?:[#;]|$)/;
const INLINE_COMMENT = /[\t-\r ];[\t-\r ].+$/;

function headerIn(line: string): string | undefined {
  const text = trim(line);
  return text.startsWith('[') && text.endsWith(']') && text.length > 2 ? nameIn(text.slice(1, -1)) : undefined;
}

/** If a name is nothing but white space, its last character is the name. */
function nameIn(text: string): string {
  return trim(text) || text.slice(-1);
}

/** Linear in the length, however much of it is white space. */
function trim(text: string): string {
  let end = text.length;
  while (end > 0 && WHITE.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end).replace(/^[\t-\r ]+/, '');
}

function syntaxError(file: string, line: number, text: string): ConfigError {
  const [why = '', advice = ''] = text.startsWith('\xef\xbb\xbf')
    ? ['the file begins with a byte order mark, which MHA cannot read', 'Save it as UTF-8 without one.']
    : ['neither a [section] nor "name = value"', 'Write it as one of them, or put # before it.'];
  return new ConfigError({ file, line, text: why, advice });
}
