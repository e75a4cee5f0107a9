import { packageFolder } from '../adapters/package.ts';
import { runProgram } from '../adapters/programs/child.ts';
import type { Target } from '../base/server.ts';
import { oneLine } from '../base/text.ts';

/**
 * Logs in to these servers as MHA's programs do: by Perl's driver and through the MHACompat.pm of this package. Returns why
 * it cannot, for each; undefined if it can, or if that could not be tried. Passwords go through standard input.
 */
export async function tryPerlLogin(
  targets: readonly Target[],
  { env, signal }: { readonly env: NodeJS.ProcessEnv; readonly signal: AbortSignal },
): Promise<(string | undefined)[]> {
  const hex = (text: string) => Buffer.from(text).toString('hex');
  const lines = targets.map(({ ip, port, user, password }) => `${ip} ${port} ${hex(user)} ${hex(password.reveal())}-`);
  const own = [packageFolder('conf/perl'), env.PERL5LIB].filter(Boolean).join(':');
  const result = await runProgram('perl', ['-'], {
    env: { ...env, PERL5OPT: '', PERL5LIB: own },
    input: `${PROGRAM}\n__END__\n${lines.join('\n')}\n`,
    limitMs: 30_000,
    signal,
  });
  const answers = result.stdout.split('\n');
  return targets.map((_, index) => {
    const failed = answers.find((line) => line.startsWith(`${index} failed `));
    return failed === undefined ? undefined : oneLine(failed.replace(/^\d+ failed /, ''));
  });
}

/** Under the name of one of MHA's programs, as which MHACompat.pm knows it. The time limit is MHA's own (DBHelper.pm). */
const PROGRAM = `
BEGIN { $0 = 'masterha_check_repl' }
use strict;
require MHACompat;
require DBI;
$| = 1;
my $index = 0;
while (<DATA>) {
  my ($ip, $port, $user, $password) = /^(\\S+) (\\d+) ([0-9a-f]*) ([0-9a-f]*)-/ or next;
  my $host = $ip =~ /:/ ? "[$ip]" : $ip;
  my $db = eval { DBI->connect("DBI:mysql:;host=$host;port=$port;mysql_connect_timeout=5", pack('H*', $user),
    pack('H*', $password), { PrintError => 0, RaiseError => 1 }) };
  my $why = $db ? '' : $@ || DBI->errstr || 'no reason given';
  $why =~ s/\\s+/ /g;
  print $db ? "$index ok\\n" : "$index failed $why\\n";
  $db->disconnect if $db;
  $index += 1;
}`;
