/**
 * Marks what this package runs, in the server's process list: only a statement that carries it is ever ended as one of ours
 * that was left behind. What begins with SELECT or SHOW changes nothing and stays as it is: MHA 0.58 takes whatever begins
 * otherwise for an update, and refuses to switch while one runs.
 */
export function marked(sql: string): string {
  return /^\s*(select|show)\b/i.test(sql) ? sql : `${MARK}${sql}`;
}

/** The text without the mark, for messages. */
export function unmarked(text: string): string {
  return text.replaceAll(MARK, '');
}

/** The statement without its mark; undefined for one of somebody else's. */
export function ownStatement(text: string): string | undefined {
  return text.startsWith(MARK) ? text.slice(MARK.length) : undefined;
}

const MARK = '/* mha-helper */ ';
