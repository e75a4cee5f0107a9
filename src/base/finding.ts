/** The most serious first. */
export const LEVELS = ['error', 'warning', 'note'] as const;

/** What a look at a cluster found; `error` is what makes a switch fail or lose something. */
export interface Finding {
  readonly level: (typeof LEVELS)[number];
  /** Which kind of finding it is, for scripts: a word or two with underscores; it never changes. */
  readonly code: string;
  /** What it is about: `host:port`, a file. */
  readonly where: string;
  /** The account that it is about, `'user'@'host'`, if it is about one. */
  readonly account?: string;
  /** One line. */
  readonly text: string;
  /** What to do now, one line; missing only for a note. */
  readonly advice?: string;
  /** Statements that would mend it, printed and never run. */
  readonly statements?: readonly string[];
}

/** `error('two_masters', 'db1:3306', text, advice, statements)`, and so on. */
export const [error, warning, note] = [of('error'), of('warning'), of('note')] as const;

function of(level: Finding['level']) {
  return (code: string, where: string, text: string, advice?: string, statements?: readonly string[]): Finding => {
    const now = { ...(advice === undefined ? {} : { advice }), ...(statements ? { statements } : {}) };
    return { level, code, where, text, ...now };
  };
}
