import { isAbsolute, join } from 'node:path';
import { factsOf } from '../../../adapters/files/files.ts';
import { shellWord } from '../../../base/shellWords.ts';

/** Where the shell finds a program, or why it does not find it. */
export type Found = { readonly path: string } | { readonly missing: string; readonly advice: string };

export async function findProgram(program: string, env: NodeJS.ProcessEnv): Promise<Found> {
  if (!program.includes('/')) return inPath(program, env.PATH ?? '');
  if (!isAbsolute(program)) {
    return { missing: `${program} is a relative path, and MHA may run from any folder`, advice: 'write the full path' };
  }
  const facts = await factsOf(program);
  if (!facts) return { missing: `${program} does not exist`, advice: 'correct the path' };
  if (facts.kind !== 'file') return { missing: `${program} is not a file`, advice: 'correct the path' };
  if (!facts.mayExecute) return { missing: `${program} is not executable`, advice: `chmod +x ${shellWord(program)}` };
  return { path: program };
}

async function inPath(program: string, path: string): Promise<Found> {
  for (const folder of path.split(':').filter((name) => name !== '')) {
    const facts = await factsOf(join(folder, program));
    if (facts?.kind === 'file' && facts.mayExecute) return { path: join(folder, program) };
  }
  return { missing: `${program} is not in PATH`, advice: 'write the full path' };
}
