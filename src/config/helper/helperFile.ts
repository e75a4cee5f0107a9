import { basename, dirname, join } from 'node:path';
import { isTaken, realPath } from '../../adapters/files/files.ts';
import { MIB, readTrusted } from '../../adapters/files/trusted.ts';
import { ConfigError, type Problem, withoutFile } from '../../base/errors.ts';

/**
 * The settings file of an application file of MHA: `<name>.helper.cnf` beside it, or `<etcDir>/<name>.conf`, but never
 * MHA's file itself. @throws ConfigError if both exist
 */
export async function findSettingsFile(mhaFile: string, etcDir: string): Promise<string | undefined> {
  const name = basename(mhaFile).replace(/\.(cnf|conf)$/, '');
  const candidates = [join(dirname(mhaFile), `${name}.helper.cnf`), join(etcDir, `${name}.conf`)];
  const found = new Map<string, string>();
  const mhaReal = await realPath(mhaFile).catch(() => mhaFile);
  for (const file of candidates) {
    if (!(await isTaken(file))) continue;
    const real = await realPath(file).catch(() => file);
    if (real !== mhaReal && !found.has(real)) found.set(real, file);
  }
  const [first, second] = found.values();
  if (second === undefined) return first;
  throw new ConfigError(`two settings files for ${mhaFile}: ${first} and ${second}. Keep one of them.`);
}

/** @throws ConfigError if the file cannot be read, or somebody else may have written it */
export async function readSettingsFile(file: string): Promise<string> {
  try {
    return readTrusted(file, MIB);
  } catch (error) {
    throw new ConfigError({ file, text: `cannot be read: ${withoutFile(error)}.` });
  }
}

/** @throws ConfigError with all problems in the order of their lines, each once */
export function refuse(file: string, problems: readonly Problem[]): void {
  const lines = [...problems].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  const [first, ...rest] = new Map(lines.map(({ line, text }) => [`${line} ${text}`, { file, line, text }])).values();
  if (first) throw new ConfigError([first, ...rest]);
}
