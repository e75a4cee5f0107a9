import { runProgram } from '../../../adapters/programs/child.ts';
import type { Finding } from '../../../base/finding.ts';
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

/** The first line of what Perl says, without its list of folders. */
export function perlReason(said: string): string {
  return (said.trim().split('\n')[0] ?? '').replace(/ \((you may need|@INC).*/, '');
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

async function checkCompat({ env, signal, servers, packageFolder }: Surroundings): Promise<Finding[]> {
  const versions = servers.map(({ identity }) => identity.version);
  const args = ['-MMHA::NodeUtil', '-e', NEEDED, ...new Set(versions)];
  const result = await runProgram('perl', args, { env, signal, limitMs: 10_000 });
  if (result.stdout === 'loaded' || (result.code === 0 && result.stdout === '')) return [];
  if (result.code !== 0) {
    const text = `MHA’s Perl modules do not load: ${perlReason(result.stderr)}`;
    return [{ level: 'error', code: 'mha_fails', where: HERE, text, advice: 'see what PERL5OPT holds here' }];
  }
  return [
    {
      level: 'warning',
      code: 'compat_here',
      where: HERE,
      text:
        `without MHACompat.pm, masterha_manager and masterha_check_repl die of the version number ${result.stdout}; ` +
        'the mysql_* commands load it themselves',
      advice: 'before these programs are run:',
      statements: [`export PERL5OPT="-I${packageFolder('conf')}/perl -MMHACompat"`],
    },
  ];
}

/** Prints `loaded`, or the first version that MHA's Perl cannot read. */
const NEEDED = [
  'if ($INC{"MHACompat.pm"}) { print "loaded"; exit }',
  'for (@ARGV) { eval { MHA::NodeUtil::parse_mysql_version($_); MHA::NodeUtil::parse_mysql_major_version($_); 1 }',
  'or do { print; exit } }',
].join(' ');
