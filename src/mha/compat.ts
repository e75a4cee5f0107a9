import { join } from 'node:path';
import { readText } from '../adapters/files/files.ts';
import { ER_PARSE_ERROR } from '../adapters/mysql/dialect.ts';
import type { Session } from '../adapters/mysql/session.ts';
import { packageFolder } from '../adapters/package.ts';
import { runProgram } from '../adapters/programs/child.ts';
import { ServerError } from '../base/errors.ts';

/**
 * The one place that knows when MHA 0.58 needs help with a server, and what helps:
 *
 * | what MHA does                                                            | where          | help         |
 * |--------------------------------------------------------------------------|----------------|--------------|
 * | exits on version numbers such as MariaDB's, since Perl 5.22 (NodeUtil.pm) | manager, hosts | MHACompat.pm |
 * | asks MariaDB for super_read_only, which it does not have (SlaveUtil.pm)  | hosts          | MHACompat.pm |
 * | sends statements that MySQL 8.4 does not know (DBHelper.pm, SlaveUtil.pm) | manager, hosts | MHACompat.pm |
 * | replays saved binlogs with a strict mysqlbinlog, and loses rows          | hosts          | MHACompat.pm |
 */

/** What MHA asks of a server. */
export const MHA_STATEMENTS: readonly string[] = ['SHOW SLAVE STATUS', 'SHOW MASTER STATUS'];

/** True if the server knows the statements that MHA sends. @throws ServerError */
export async function knowsMhaStatements(session: Session): Promise<boolean> {
  try {
    for (const sql of MHA_STATEMENTS) await session.rows(sql);
    return true;
  } catch (error) {
    if (error instanceof ServerError && error.code === ER_PARSE_ERROR) return false;
    throw error;
  }
}

export interface PerlAnswer {
  /** The version of MHACompat.pm that is loaded; `''` for one without a version. Undefined if it is not loaded. */
  readonly loaded?: string;
  /** The first version number that MHA's Perl cannot read; undefined if it reads all, or MHACompat.pm is loaded. */
  readonly needsHelpFor?: string;
  /** Why MHA's modules do not load at all. */
  readonly broken?: string;
}

/** A version that MHA's Perl exits on, for when the servers' own are not known. */
export const NEWER_VERSION = '10.11.19-MariaDB-0+deb12u1';

/** Asks the Perl that MHA's programs get in this environment. Never rejects. */
export async function askPerl(
  versions: readonly string[],
  io: { readonly env: NodeJS.ProcessEnv; readonly signal?: AbortSignal },
): Promise<PerlAnswer> {
  const args = ['-MMHA::NodeUtil', '-e', ON_MANAGER, ...new Set(versions)];
  const result = await runProgram('perl', args, { ...io, limitMs: 10_000 });
  const loaded = loadedVersion(result.stdout);
  if (loaded !== undefined) return { loaded };
  if (result.code !== 0) return { broken: perlReason(result.stderr) };
  return result.stdout === '' ? {} : { needsHelpFor: result.stdout };
}

/** From what the two scripts below print: the version of MHACompat.pm, or undefined if it is not loaded. */
export function loadedVersion(answer: string): string | undefined {
  return /^loaded ?(\S*)$/.exec(answer.trim())?.[1];
}

/** The version of the MHACompat.pm in this package; `''` if that cannot be read. */
export async function ownVersion(): Promise<string> {
  const text = await readText(join(packageFolder('conf/perl'), 'MHACompat.pm')).catch(() => '');
  return /^our \$VERSION\s*=\s*'([^']*)'/m.exec(text)?.[1] ?? '';
}

/** The first line of Perl's error, without its list of folders. */
export function perlReason(said: string): string {
  return (said.trim().split('\n')[0] ?? '').replace(/ \((you may need|@INC).*/, '');
}

const UNLESS_LOADED = 'if ($INC{"MHACompat.pm"}) { print "loaded ", $MHACompat::VERSION || ""; exit }';

/** Prints `loaded` and its version, or the first version of a server that MHA's Perl cannot read. */
const ON_MANAGER = [
  UNLESS_LOADED,
  'for (@ARGV) { eval { MHA::NodeUtil::parse_mysql_version($_); MHA::NodeUtil::parse_mysql_major_version($_); 1 }',
  'or do { print; exit } }',
].join(' ');

/** For a database host, with the versions of its servers as arguments: prints the same, or why MHACompat.pm is needed. */
export const ON_HOST = [
  UNLESS_LOADED,
  'my ($maria) = grep { /mariadb/i } @ARGV;',
  'my ($new) = grep { !/mariadb/i && /^(\\d+)\\.(\\d+)/ && ($1 > 8 || $1 == 8 && $2 >= 4) } @ARGV;',
  'if ($new) { print "needed: MySQL $new does not know what MHA asks it"; exit }',
  'for (@ARGV) { eval { MHA::NodeUtil::parse_mysql_version($_); 1 } or do { print "needed for the version number $_"; exit } }',
  'open my $f, "<", $INC{"MHA/SlaveUtil.pm"} or exit;',
  'print "needed: MariaDB has no super_read_only" if $maria && grep { /SELECT .\\@.\\@global.super_read_only/ } <$f>;',
].join(' ');

/** The environment that makes every Perl below load MHACompat.pm. PERL5OPT cannot hold a path with a space. */
export function withCompat(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    ...env,
    PERL5LIB: [packageFolder('conf/perl'), env.PERL5LIB].filter(Boolean).join(':'),
    PERL5OPT: [env.PERL5OPT, '-MMHACompat'].filter(Boolean).join(' '),
  };
}

/** The same for an operator's shell. */
export function exportCompat(): string {
  return `export PERL5OPT="-I${packageFolder('conf/perl')} -MMHACompat"`;
}

/** The same for sshd's configuration on a database host, with the folder to which the README says to copy conf/perl. */
export const SSHD_LINE = 'SetEnv "PERL5OPT=-I/usr/local/lib/mha-helper -MMHACompat"';
