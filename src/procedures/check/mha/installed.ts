import { runProgram } from '../../../adapters/programs/child.ts';
import type { Finding } from '../../../base/finding.ts';
import { askPerl, exportCompat, perlReason } from '../../../mha/compat.ts';
import type { Surroundings } from './inputs.ts';
import { findProgram } from './programs.ts';

const PROGRAMS = ['masterha_master_switch', 'masterha_check_repl', 'masterha_manager'];
const TESTED = '0.58';

/** MHA on this host: there, of the version that this package was tested with, and able to understand the servers. */
export async function checkInstalled(given: Surroundings): Promise<Finding[]> {
  const missing: string[] = [];
  for (const program of PROGRAMS) if ('missing' in (await findProgram(program, given.env))) missing.push(program);
  if (missing.length > 0) {
    const text = `${missing.join(', ')} not in PATH: no switch can be run from here`;
    return [{ level: 'error', code: 'mha_missing', where: HERE, text, advice: 'install mha4mysql-manager here' }];
  }
  const found = await checkVersion(given);
  if (found.some(({ level }) => level === 'error')) return found;
  return [...found, ...(await checkCompat(given))];
}

const HERE = 'MHA here';

async function checkVersion({ env, signal }: Surroundings): Promise<Finding[]> {
  const result = await runProgram('masterha_manager', ['--version'], { env, signal, limitMs: 10_000 });
  const version = /version (\S+?)\.?\s/.exec(`${result.stdout} `)?.[1];
  if (result.code !== 0 || version === undefined) {
    const text = `masterha_manager does not run: ${perlReason(result.stderr)}`;
    return [
      {
        level: 'error',
        code: 'mha_fails',
        where: HERE,
        text,
        advice: 'run it: masterha_manager --version; see what PERL5OPT holds',
      },
    ];
  }
  if (version === TESTED) return [];
  const text = `is version ${version}; this package is tested with ${TESTED}`;
  return [{ level: 'note', code: 'mha_version', where: HERE, text }];
}

async function checkCompat({ env, signal, servers }: Surroundings): Promise<Finding[]> {
  const versions = servers.map(({ identity }) => identity.version);
  const { needsHelpFor, broken } = await askPerl(versions, { env, signal });
  if (broken !== undefined) {
    const text = `MHA’s Perl modules do not load: ${broken}`;
    return [{ level: 'error', code: 'mha_fails', where: HERE, text, advice: 'see what PERL5OPT holds here' }];
  }
  if (needsHelpFor === undefined) return [];
  return [
    {
      level: 'warning',
      code: 'compat_here',
      where: HERE,
      text:
        `without MHACompat.pm, masterha_manager and masterha_check_repl die of the version number ${needsHelpFor}; ` +
        'the mysql_* commands load it themselves',
      advice: 'before these programs are run:',
      statements: [exportCompat()],
    },
  ];
}
