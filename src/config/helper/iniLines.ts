import type { Problem } from '../../base/errors.ts';

/** `raw` is the text after `=` as written, comments and quotes included. Lines count from 1. */
export interface IniEntry {
  readonly key: string;
  readonly raw: string;
  readonly line: number;
}

export interface IniSection {
  readonly name: string;
  readonly line: number;
  readonly entries: readonly IniEntry[];
}

/** A wrong line, and its key if it has one. */
export interface IniProblem extends Problem {
  readonly key?: string;
}

/**
 * Splits a settings file into sections and lines, whose values `ini` reads later, one by one: `ini` alone reports
 * neither lines nor duplicates, and splits `[db1.example.com]` at its dots. A repeated section continues the first.
 */
export function splitIni(text: string): { sections: readonly IniSection[]; problems: readonly IniProblem[] } {
  const sections = new Map<string, IniSection & { entries: IniEntry[] }>();
  const problems: IniProblem[] = [];
  let entries: IniEntry[] | undefined;
  text.split(/\r\n|\r|\n/).forEach((whole, index) => {
    const line = index + 1;
    if (/^\s*([#;]|$)/.test(whole)) return;
    const header = HEADER.exec(whole)?.[1];
    const equals = whole.indexOf('=');
    const key = whole.slice(0, Math.max(equals, 0)).trim();
    if (header !== undefined) {
      const section = sections.get(header) ?? { name: header, line, entries: [] };
      sections.set(header, section);
      entries = section.entries;
    } else if (key === '') {
      problems.push({ line, text: 'neither a [section] nor "key = value"' });
    } else if (entries === undefined) {
      problems.push({ line, key, text: `"${key}" stands before any section: put it under [default], or under a host` });
    } else if (entries.some((entry) => entry.key === key)) {
      problems.push({ line, key, text: `"${key}" is already set in this section: remove one of the two` });
    } else {
      entries.push({ key, raw: whole.slice(equals + 1).trim(), line });
    }
  });
  return { sections: [...sections.values()], problems };
}

/** `[name]`, `[::1]` or `[[::1]:3306]`; a comment may follow. */
const HEADER = /^\s*\[\s*((?:\[[^\]]*\](?::\d+)?)|[^[\]]*?)\s*\]\s*(?:[#;].*)?$/;
