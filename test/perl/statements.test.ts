import { expect, it } from 'vitest';
import { runAs } from '../support/perl.ts';
import { useLab } from '../support/useLab.ts';
import { isMysql, SQL } from '../tools/lab/kind.ts';
import type { LabServer } from '../tools/lab/server.ts';

const lab = useLab({ ssh: false, eachTest: true });

const address = (server: LabServer) => [server.host, String(server.port), lab.mha.user, lab.mha.password];

/** A function `server(...)` that connects as MHA does, to a server given by its four arguments. */
const CONNECT = `
use MHA::ServerManager;
sub server { my $h = MHA::DBHelper->new; $h->connect(@_) or die "$DBI::err $DBI::errstr\\n"; $h->has_gtid; return $h }
`;

/** Sends each SQL constant of the installed MHA, each in a session of its own. */
const SEND_ALL = `${CONNECT}
my ($host, $port, $user, $password, $repl) = @ARGV;
my %sql = ( Kill => 'KILL ?', Wait => 'SET wait_timeout=100', Dummy => "CHANGE MASTER TO MASTER_HOST='dummy_host'" );
for my $package (qw(MHA::DBHelper MHA::SlaveUtil)) {
  no strict 'refs';
  for (grep { /_SQL\\z/ } keys %{"\${package}::"}) { $sql{$_} = $package->can($_)->() }
}
my %seen;
for my $name (sort keys %sql) {
  my $sql = $sql{$name};
  my @fill = $name =~ /Change_Master/ ? ($host, $port, 'repl', $name =~ /NoPass/ ? () : $repl, 'mysql-bin.000001', 4)
    : $name =~ /Packet/ ? (67108864) : ('from', 'to');
  no warnings 'redundant';
  $sql = sprintf $sql, @fill if $sql =~ /%/;
  my @values = $name =~ /Lock/ ? (0) : $name =~ /Pos_Wait/ ? ('mysql-bin.000001', 4) : $name =~ /Kill/ ? (2**31) : ('a', 'b', 'c');
  my $count = () = $sql =~ /\\?/g;
  my $db = server($host, $port, $user, $password)->{dbh};
  my $st = eval { $db->prepare($sql) };
  my $died = $@;
  $st->execute(@values[0 .. $count - 1]) if $st;
  $seen{$name} = { sql => $sql, died => $died, sent => $st && $st->{Statement}, err => $st && $st->err };
  $st->finish if $st;
  $db->disconnect;
}
print encode_json(\\%seen);
`;

/** What MHA never asks of such a server, or does in another way. */
const NO_WORDS = [
  'Change_Master_Clear_SQL',
  'Get_Relay_Log_Info_SQL',
  'Gtid_Wait_NoTimeout_SQL',
  'Select_User_Regexp_SQL',
];

/** A statement, variable, function, column or table that the server does not know. */
const NOT_UNDERSTOOD = [1064, 1193, 1305, 1054, 1146];

type Sent = Record<string, { sql: string; died: string; sent?: string; err?: number }>;

it('the server understands each statement of MHA’s, or it is not sent', async () => {
  const replica = lab.server(1);
  await replica.startGeneralLog();
  const result = await runAs('masterha_manager', SEND_ALL, [...address(replica), lab.repl.password]);
  expect(result).toMatchObject({ code: 0, stderr: '' });
  const sent: Sent = JSON.parse(result.stdout);
  expect(Object.keys(sent).length).toBeGreaterThan(50);
  const ofCode = (name: string) => sent[name] ?? { died: 'not in MHA', err: undefined, sql: '', sent: '' };
  const died = Object.keys(sent).filter((name) => ofCode(name).died !== '');
  const notUnderstood = Object.keys(sent).filter((name) => NOT_UNDERSTOOD.includes(ofCode(name).err ?? 0));
  if (isMysql) {
    expect(died.sort()).toEqual(NO_WORDS);
    for (const name of NO_WORDS)
      expect(ofCode(name).died).toMatch(/does not understand, and MHACompat has no other words/);
    expect(notUnderstood).toEqual([]);
    return;
  }
  expect(died).toEqual([]);
  for (const name of Object.keys(sent)) expect(ofCode(name).sent).toBe(ofCode(name).sql);
  const log = replica.readGeneralLog();
  for (const sql of ['SHOW SLAVE STATUS', 'RESET SLAVE /*!50516 ALL */', 'CHANGE MASTER TO'])
    expect(log).toContain(sql);
});

const MAKE_REPLICA = `${CONNECT}
my ($password, @servers) = @ARGV;
my ($replica, $master) = map { server(splice @servers, 0, 4) } 1, 2;
my %status = $replica->check_slave_status;
print "replica: $status{Status} $status{Slave_IO_Running} $status{Slave_SQL_Running}\\n";
$master->change_master_gtid($status{Master_Host}, $status{Master_Port}, 'repl', $password);
%status = $master->check_slave_status(1);
print "master: $status{Status} $status{Master_Host} $status{Auto_Position}\\n";
`;

it.runIf(isMysql)(
  'a server that becomes a replica gets the TLS, keys, retries and channel that the other replicas have',
  async () => {
    const [orig, next, third] = lab.servers as [LabServer, LabServer, LabServer];
    const options = {
      SOURCE_CONNECT_RETRY: '7',
      SOURCE_RETRY_COUNT: '42',
      SOURCE_HEARTBEAT_PERIOD: '11',
      SOURCE_COMPRESSION_ALGORITHMS: "'zstd'",
      SOURCE_ZSTD_COMPRESSION_LEVEL: '5',
      SOURCE_SSL: '1',
      SOURCE_TLS_VERSION: "'TLSv1.3'",
      GET_SOURCE_PUBLIC_KEY: '0',
      SOURCE_AUTO_POSITION: '1',
    };
    const to = `SOURCE_HOST='${orig.host}', SOURCE_PORT=${orig.port}, SOURCE_USER='repl', SOURCE_PASSWORD='${lab.repl.password}'`;
    const list = Object.entries(options).map(([name, value]) => `${name}=${value}`);
    await next.adminAll([
      ...[SQL.stop, SQL.forget],
      `CHANGE REPLICATION SOURCE TO ${to}, ${list.join(', ')} FOR CHANNEL 'main'`,
      'START REPLICA',
    ]);
    const configuration = async (server: LabServer) => {
      const [row] = await server.admin('SELECT * FROM performance_schema.replication_connection_configuration');
      const { HOST, PORT, ...rest } = row ?? {};
      return rest;
    };
    const args = [lab.repl.password, ...address(next), ...address(orig)];
    const result = await runAs('masterha_master_switch', MAKE_REPLICA, args);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toMatch(/^replica: 0 \w+ Yes\nmaster: 0 .* 1\n$/);
    expect(await configuration(orig)).toEqual(await configuration(next));
    expect(await third.admin(SQL.replicaStatus)).toHaveLength(1);
  },
);

it.runIf(isMysql)('without another replica, it gets what lets an account with caching_sha2_password in', async () => {
  const [orig, next] = lab.servers as [LabServer, LabServer];
  const code = `${CONNECT} my ($password, @at) = @ARGV;
    print server(@at)->change_master_gtid('127.0.0.1', 3306, 'repl', $password);`;
  const result = await runAs('masterha_master_switch', code, [lab.repl.password, ...address(orig)]);
  expect(result).toMatchObject({ code: 0, stdout: '0', stderr: '' });
  const [row] = await orig.admin(SQL.replicaStatus);
  expect(row).toMatchObject({ Get_Source_public_key: 1, Channel_Name: '', Auto_Position: 1 });
  expect((await next.admin(SQL.replicaStatus))[0]).toMatchObject({ Source_Host: orig.host });
});

it.runIf(isMysql)('a server with several channels is refused in words', async () => {
  const replica = lab.server(1);
  await replica.admin("CHANGE REPLICATION SOURCE TO SOURCE_HOST='elsewhere' FOR CHANNEL 'second'");
  const code = `${CONNECT} my $server = server(@ARGV); eval { $server->check_slave_status }; print $@;`;
  const result = await runAs('masterha_check_repl', code, address(replica));
  expect(result.stdout).toMatch(/^MHACompat: \S+:3306 replicates through 2 channels. MHA can switch a server with one/);
});

it('a CHANGE MASTER that fails is an error without a password, and the replica is not started', async () => {
  const replica = lab.server(1);
  const code = `${CONNECT}
    package Target { sub get_hostinfo { 'the replica' } sub stop_slave { $_[0]{dbhelper}->stop_slave; 0 }
      sub start_slave { print "started\\n"; 0 } }
    package Log { sub info { } sub error { print "$_[1]\\n" } }
    package main;
    my ($password, @at) = @ARGV;
    my $log = bless {}, 'Log';
    my $target = bless { id => 1, dbhelper => server(@at), use_ip_for_change_master => 1 }, 'Target';
    my $manager = bless { logger => $log, gtid_failover_mode => 0 }, 'MHA::ServerManager';
    my $master = bless { id => 2, ip => '10.0.0.1', port => 3306, repl_user => 'repl', repl_password => $password }, 'Target';
    print 'returned ', $manager->change_master_and_start_slave($target, $master, 'mysql-bin.000001', 4), "\\n";`;
  for (const password of ["it's", "a', MASTER_NONSENSE='b"]) {
    const result = await runAs('masterha_master_switch', code, [password, ...address(replica)]);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toMatch(/^the replica: .*\nreturned 1\n$/);
    expect(result.stdout).toContain('It does not replicate now, and its data is as it was.');
    expect(result.stdout).not.toMatch(/started|NONSENSE|it's/);
  }
  expect((await lab.dump())[1]).toMatchObject({ io: 'No', sql: 'No' });
});
