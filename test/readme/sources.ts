import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../lab/root.ts';

/** The text of every source file below a folder of src/, or of all of it. */
export function sourceText(...folders: readonly string[]): string {
  const below = folders.length > 0 ? folders : ['src'];
  const files = below.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true }).map((name) => `${folder}/${name}`),
  );
  return files
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(ROOT, file), 'utf8'))
    .join('\n');
}
