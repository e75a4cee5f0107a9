/**
 * Marks this package's statements in the process list: only a marked one is ever killed as left over. SELECT and SHOW stay as
 * they are: MHA 0.58 takes any other beginning for an update, and refuses to switch while one runs.
 */
export function marked(sql: string): string {
  return /^\s*(select|show)\b/i.test(sql) ? sql : `${MARK}${sql}`;
}

/** The text without the mark, for messages. */
export function unmarked(text: string): string {
  return text.replaceAll(MARK, '');
}

/** The statement without its mark; undefined if it has none. */
export function ownStatement(text: string): string | undefined {
  return text.startsWith(MARK) ? text.slice(MARK.length) : undefined;
}

const MARK = '/* mha-helper */ ';
