import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../lab/root.ts';

/** The README and every page below docs/, by path from the top. */
export const DOCUMENTS: ReadonlyMap<string, string> = new Map(
  ['README.md', ...readdirSync(join(ROOT, 'docs'), { recursive: true }).map((name) => `docs/${name}`)]
    .filter((path) => path.endsWith('.md'))
    .sort()
    .map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]),
);

/** A page by its path. @throws Error if there is none. */
export function page(path: string): string {
  const text = DOCUMENTS.get(path);
  if (text === undefined) throw new Error(`there is no page ${path}`);
  return text;
}

/** The text without its blocks of code. */
export function prose(text: string): string {
  return text.replace(/^```\n.*?^```$/gms, '');
}

/** The rows of all tables of a page, as cells without white space; heads and rules too. */
export function rowsOf(text: string): string[][] {
  const rows = prose(text)
    .split('\n')
    .filter((line) => line.startsWith('|'));
  return rows.map((row) =>
    row
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}
