/** The most serious first. */
export const LEVELS = ['error', 'warning', 'note'] as const;

/** What `mha_check` reports; an `error` makes a switch fail or lose something. */
export interface Finding {
  readonly level: (typeof LEVELS)[number];
  /** The kind of finding, for scripts: a word or two with underscores; it never changes. */
  readonly code: string;
  /** What it concerns: `host:port`, a file. */
  readonly where: string;
  /** The account that it concerns, `'user'@'host'`, if any. */
  readonly account?: string;
  readonly text: string;
  /** What to do now, one line; missing only for a note. */
  readonly advice?: string;
  /** Statements that would fix it: printed, never run. */
  readonly statements?: readonly string[];
}

/** For example `error('two_masters', 'db1:3306', text, advice, statements)`. */
export const [error, warning, note] = [of('error'), of('warning'), of('note')] as const;

function of(level: Finding['level']) {
  return (code: string, where: string, text: string, advice?: string, statements?: readonly string[]): Finding => {
    return { level, code, where, text, ...(advice === undefined ? {} : { advice }), ...(statements && { statements }) };
  };
}
