/**
 * What an option file of the MySQL clients (`~/.my.cnf`) says, read as libmysql reads it (mysys/my_default.c): the
 * later line counts, whichever of the groups it is in; `-` and `_` in a name are the same.
 */
export interface ClientOptions {
  readonly user?: string;
  /** Undefined if the operator has to be asked for it. */
  readonly password?: string;
  /** What was ignored: a sentence each, with the line. */
  readonly notes: readonly string[];
}

const GROUPS = new Set(['client', 'mysql']);

/** Never throws; no note contains a value. */
export function parseClientOptions(text: string): ClientOptions {
  const notes: string[] = [];
  const found: { user?: string; password?: string } = {};
  let inGroup = false;
  text.split('\n').forEach((whole, index) => {
    const line = whole.trim();
    if (line === '' || line.startsWith('#') || line.startsWith(';')) return;
    if (line.startsWith('!')) {
      notes.push(`line ${index + 1}: ${line.split(/\s/)[0]} is not followed; name that file with --defaults_file`);
      return;
    }
    const group = /^\[([^\]]*)\]/.exec(line)?.[1];
    if (group !== undefined) inGroup = GROUPS.has(group.trim());
    else if (inGroup) take(found, withoutComment(line));
  });
  return { ...found, notes };
}

function take(found: { user?: string; password?: string }, line: string): void {
  const equals = line.indexOf('=');
  const name = (equals < 0 ? line : line.slice(0, equals))
    .trim()
    .replaceAll('-', '_')
    .replace(/^loose_/, '');
  const value = equals < 0 ? undefined : unquoted(line.slice(equals + 1).trim());
  if (name === 'user' && value !== undefined) found.user = value;
  if (name !== 'password') return;
  if (value === undefined) delete found.password;
  else found.password = value;
}

/** A `#` outside quotes ends the line. */
function withoutComment(line: string): string {
  let quote = '';
  let escaped = false;
  for (let at = 0; at < line.length; at += 1) {
    const char = line.charAt(at);
    if ((char === "'" || char === '"') && !escaped) quote = quote === '' ? char : quote === char ? '' : quote;
    if (quote === '' && char === '#') return line.slice(0, at).trimEnd();
    escaped = quote !== '' && char === '\\' && !escaped;
  }
  return line;
}

/** Removes the quotes and decodes the escapes; a backslash before any other character is literal. */
function unquoted(text: string): string {
  const quote = text.charAt(0);
  const quoted = (quote === '"' || quote === "'") && text.length > 1 && text.endsWith(quote);
  const inner = quoted ? text.slice(1, -1) : text;
  return inner.replace(/\\(.)/g, (both, char: string) => ESCAPES.get(char) ?? both);
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['b', '\b'],
  ['s', ' '],
  ['"', '"'],
  ["'", "'"],
  ['\\', '\\'],
]);
