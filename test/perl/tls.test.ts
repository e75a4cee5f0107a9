import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Authority, makeAuthority } from '../support/certificates.ts';
import { perlResults, runAs } from '../support/perl.ts';
import { useLab } from '../support/useLab.ts';
import type { LabServer } from '../tools/lab/server.ts';

let authority: Authority;

beforeAll(() => {
  authority = makeAuthority();
});
afterAll(() => authority?.remove());

const lab = useLab(() => {
  const { cert, key } = authority.issue('server', 'DNS:db1.mha.test');
  return { ssh: false, servers: 1, mysqld: [`--ssl-cert=${cert}`, `--ssl-key=${key}`, `--ssl-ca=${authority.ca}`] };
});

beforeEach(() =>
  lab.server(0).adminAll(["ALTER USER mha@'%' REQUIRE NONE", 'SET GLOBAL require_secure_transport = 0']),
);

const given = (password = lab.mha.password) => {
  const { host, port } = lab.server(0);
  return [host, String(port), lab.mha.user, password];
};

const CONNECT = `
use MHA::DBHelper;
sub helper { my $h = MHA::DBHelper->new; $h->connect(@_, 0, 1); return $h }
sub value { my ($h, $sql) = @_; my $st = $h->{dbh}->prepare($sql); $st->execute; return $st->fetchrow_hashref->{Value} }
my $h = helper(@ARGV);
`;
const ONCE = `${CONNECT} print $h->{dbh} ? 'TLS: ' . value($h, "SHOW STATUS LIKE 'Ssl_cipher'") : DBI->err . " $DBI::err $DBI::errstr";`;

it.each([
  ['nobody insists on it', []],
  ['the account needs it', ["ALTER USER mha@'%' REQUIRE SSL"]],
  ['the server needs it', ['SET GLOBAL require_secure_transport = 1']],
])('a connection has TLS where it is needed: %s', async (_, statements) => {
  await lab.server(0).adminAll(statements);
  const result = await runAs('masterha_manager', ONCE, given());
  expect(result).toMatchObject({ code: 0, stderr: '' });
  expect(result.stdout).toMatch(statements.length === 0 ? /^TLS: $/ : /^TLS: TLS_\w+$|^TLS: [A-Z0-9-]+$/);
  const wrong = await runAs('masterha_manager', ONCE, given('wrong'));
  expect(wrong.stdout).toMatch(
    statements[0]?.startsWith('SET') ? /^(3159 3159|1045 1045) / : /^1045 1045 Access denied/,
  );
});

/** How connections of MHA's behave over a fork: the parent holds a lock, three children ask in turn and at once. */
const FORK = `${CONNECT}
my $lock = value($h, "SELECT GET_LOCK('mha_test', 0) AS Value");
my $own = value($h, 'SELECT CONNECTION_ID() AS Value');
for (1 .. 3) {
  next if fork;
  my %ids; $ids{ value($h, 'SELECT CONNECTION_ID() AS Value') }++ for 1 .. 20;
  unless (fork) { my $id = value($h, 'SELECT CONNECTION_ID() AS Value'); exit( $ids{$id} ? 2 : 0 ) }
  wait; exit 1 if $? || keys %ids != 1;
  $h->{dbh}->ping or exit 3;
  $h->disconnect;
  exit 0;
}
my @mine = map { value($h, 'SELECT CONNECTION_ID() AS Value') } 1 .. 20;
my @ended; while ( wait != -1 ) { push @ended, $? >> 8 }
push @mine, value($h, 'SELECT CONNECTION_ID() AS Value');
print join ' ', $lock, scalar(grep { $_ != $own } @mine), value($h, "SELECT IS_USED_LOCK('mha_test') = CONNECTION_ID() AS Value"), "@ended";
`;

it('over a fork each process has a TLS connection of its own, and the parent keeps its session', async () => {
  await lab.server(0).admin("ALTER USER mha@'%' REQUIRE SSL");
  const result = await runAs('masterha_manager', FORK, given());
  expect(result).toMatchObject({ code: 0, stdout: '1 0 1 0 0 0', stderr: '' });
});

it('a child that gets no connection of its own does not touch its parent’s', async () => {
  await lab.server(0).admin("ALTER USER mha@'%' REQUIRE SSL");
  const code = `${CONNECT}
    unless (fork) { <STDIN>; eval { value($h, 'SELECT 1 AS Value') }; print $@; exit }
    my $st = $h->{dbh}->prepare("ALTER USER mha\\@'%' ACCOUNT LOCK"); $st->execute; close STDIN; wait;
    print "parent: ", value($h, 'SELECT 1 AS Value');`;
  try {
    const result = await runAs('masterha_manager', code, given());
    expect(result.stdout).toMatch(
      /^MHACompat: process \d+ needs a connection of its own .* because of TLS, and gets none: .*lock/,
    );
    expect(result.stdout).toMatch(/parent: 1$/);
  } finally {
    await lab.server(0).admin("ALTER USER mha@'%' ACCOUNT UNLOCK");
  }
});

const ping = (server: LabServer, during: string) => `
  use MHA::HealthCheck; use Time::HiRes 'sleep';
  package Log { sub debug { } sub info { } sub warning { print "$_[1]\\n" } sub error { print "$_[1]\\n" } }
  package main;
  my $check = MHA::HealthCheck->new( user => $ARGV[2], password => $ARGV[3], ip => '${server.host}', port => ${server.port},
    hostname => '${server.host}', interval => 1, ping_type => 'SELECT', logger => bless( {}, 'Log' ) );
  my ($failed) = $check->connect; die "connect: $failed" if $failed;
  my $own = $check->{dbh}{mysql_thread_id};
  for (1 .. 4) { push my @codes, $check->fork_exec( sub { $check->ping_select }, 'ping' ); print "@codes "; ${during} sleep 1 }
  print $own == ( $check->{dbh}->ping ? $check->{dbh}{mysql_thread_id} : 0 ) ? 'kept' : 'lost';
`;

it('the monitor’s pings keep its session over TLS, whose wait_timeout is two pings', async () => {
  await lab.server(0).admin("ALTER USER mha@'%' REQUIRE SSL");
  const result = await runAs('masterha_manager', ping(lab.server(0), ''), given());
  expect(result).toMatchObject({ code: 0, stdout: '0 0 0 0 kept', stderr: '' });
});

it('a ping fails if the monitor’s own session is gone, with its lock', async () => {
  await lab.server(0).admin("ALTER USER mha@'%' REQUIRE SSL");
  const kill =
    'if ($_ == 2) { my $h = DBI->connect("DBI:mysql:;host=$ARGV[0];port=$ARGV[1]", @ARGV[2, 3]); $h->do("KILL $own") }';
  const result = await runAs('masterha_manager', ping(lab.server(0), kill), given());
  expect(result.stdout).toBe('0 0 1 1 lost');
});

it('the monitor’s session does not wait for ever for a server that is frozen', async () => {
  const { pid } = lab.server(0);
  // A thread that is at work when the signal comes may still answer.
  const code = `$MHACompat::Connection::READ_TIMEOUT = 1; ${CONNECT}
    sub runs { local @ARGV = glob '/proc/${pid}/task/*/stat'; grep { !/\\) T / } <> }
    kill STOP => ${pid}; select undef, undef, undef, 0.01 while runs(); print eval { value($h, 'SELECT 1 AS Value') } ? 'answered' : 'ended';`;
  try {
    expect(await runAs('masterha_manager', code, given(), { limitMs: 30_000 })).toMatchObject({ stdout: 'ended' });
  } finally {
    if (pid !== undefined) process.kill(pid, 'SIGCONT');
  }
});

it('is tried where it may help, and the error is the one that the server sent', async () => {
  // Faults that no server gives at will. Attempts: an error code, or 0 for a connection.
  const work = `
    my @attempts = @_; my @asked;
    my $open = sub { push @asked, $_[0] ? 'tls' : 'plain'; my $err = shift @attempts; return 1 unless $err;
      DBI->install_driver('mysql')->set_err($err, "error $err"); return };
    my @got = map { MHACompat::Tls::opened($open, 'account') ? 'open' : $DBI::err } 1 .. 2;
    return join ' ', @asked, '=', @got;`;
  const cases: [number[], string][] = [
    [[0, 0], 'plain plain = open open'],
    [[1045, 0, 0], 'plain tls tls = open open'],
    [[3159, 0, 2026, 0], 'plain tls tls plain = open open'],
    [[3159, 0, 2026, 1045], 'plain tls tls plain = open 1045'],
    [[1045, 0, 2013], 'plain tls tls = open 2013'],
    [[1045, 1045, 2003], 'plain tls plain = 1045 2003'],
    [[1045, 2026, 3118], 'plain tls plain = 1045 3118'],
  ];
  for (const [attempts, seen] of cases) expect(await perlResults('masterha_manager', work, [attempts])).toEqual([seen]);
});
