import { createRequire } from 'node:module';
import { factsOf } from '../../../adapters/files/files.ts';
import { type Finding, warning } from '../../../base/finding.ts';
import type { Surroundings } from './inputs.ts';

/** Whether this package's hooks start from a code cache. The build or the installation wrote it, for the Node that they ran with. */
export async function checkPrecompiled({ packageFolder }: Pick<Surroundings, 'packageFolder'>): Promise<Finding[]> {
  const folder = packageFolder('dist/hooks');
  const loader = `${folder}/precompiled.cjs`;
  if (!(await factsOf(loader)) || createRequire(import.meta.url)(loader).hasCaches(folder)) return [];
  const text = 'the hooks are not precompiled for this Node and this user: each takes longer to start';
  const advice = `run npm rebuild in ${packageFolder('.')}, as root or as the user that runs MHA`;
  return [warning('hook_not_precompiled', folder, text, advice)];
}
