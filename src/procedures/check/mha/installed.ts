import { runProgram } from '../../../adapters/programs/child.ts';
import { error, type Finding, note } from '../../../base/finding.ts';
import { perlReason } from '../../../mha/compat.ts';
import { HERE, type Surroundings } from './inputs.ts';
import { checkModule } from './module.ts';
import { findProgram } from './programs.ts';

const PROGRAMS = ['masterha_master_switch', 'masterha_check_repl', 'masterha_manager'];
const TESTED = '0.58';

/** Whether MHA is installed here, in the tested version, and understands the servers. */
export async function checkInstalled(given: Surroundings): Promise<Finding[]> {
  const missing: string[] = [];
  for (const program of PROGRAMS) if ('missing' in (await findProgram(program, given.env))) missing.push(program);
  if (missing.length > 0) {
    const text = `${missing.join(', ')} not in PATH: no switch can be run from here`;
    return [error('mha_missing', HERE, text, 'install mha4mysql-manager here')];
  }
  const found = await checkVersion(given);
  if (found.some(({ level }) => level === 'error')) return found;
  return [...found, ...(await checkModule(given))];
}

async function checkVersion({ env, signal }: Surroundings): Promise<Finding[]> {
  const result = await runProgram('masterha_manager', ['--version'], { env, signal, limitMs: 10_000 });
  const version = /version (\S+?)\.?\s/.exec(`${result.stdout} `)?.[1];
  if (result.code !== 0 || version === undefined) {
    const text = `masterha_manager does not run: ${perlReason(result.stderr)}`;
    return [error('mha_fails', HERE, text, 'run it: masterha_manager --version; check PERL5OPT')];
  }
  if (version === TESTED) return [];
  return [note('mha_version', HERE, `is version ${version}; this package is tested with ${TESTED}`)];
}
