package MHACompat::Statements;

# MHA's statements in the words of MySQL 8.4 and later. Pure: nothing in here speaks to a server.

use strict;
use warnings;

our $VERSION = '1.1';

# Statements with CHANNEL are completed with the name of the replication channel.
my %WORDS = (
  'SHOW SLAVE STATUS'                               => 'SHOW REPLICA STATUS',
  'SHOW MASTER STATUS'                              => 'SHOW BINARY LOG STATUS',
  'STOP SLAVE'                                      => 'STOP REPLICA',
  'STOP SLAVE IO_THREAD'                            => 'STOP REPLICA IO_THREAD',
  'STOP SLAVE SQL_THREAD'                           => 'STOP REPLICA SQL_THREAD',
  'START SLAVE'                                     => 'START REPLICA',
  'START SLAVE IO_THREAD'                           => 'START REPLICA IO_THREAD',
  'START SLAVE SQL_THREAD'                          => 'START REPLICA SQL_THREAD',
  'RESET SLAVE'                                     => 'RESET REPLICA',
  'RESET SLAVE /*!50516 ALL */'                     => 'RESET REPLICA ALL',
  q{CHANGE MASTER TO MASTER_HOST='dummy_host'}      => q{CHANGE REPLICATION SOURCE TO SOURCE_HOST='dummy_host'},
  'SELECT MASTER_POS_WAIT(?,?,0) AS Result'         => 'SELECT SOURCE_POS_WAIT(?,?,0,CHANNEL) AS Result',
  'SELECT @@global.slave_parallel_workers AS Value' => 'SELECT @@global.replica_parallel_workers AS Value',

  # There is no relay-log.info file any more: the table is all there is.
  'SELECT @@global.relay_log_info_repository AS Value'    => q{SELECT 'TABLE' AS Value},
  'SELECT Relay_log_name FROM mysql.slave_relay_log_info' =>
    'SELECT Relay_log_name FROM mysql.slave_relay_log_info WHERE Channel_name = CHANNEL',
);

# What MySQL 8.4 and later have no words for, or other words.
my $OLD = qr/^\s*(?:SHOW|START|STOP|RESET|CHANGE|PURGE)\s+(?:ALL\s+)?(?:SLAVE|MASTER)\b
  | \bMASTER_POS_WAIT\b | \bWAIT_UNTIL_SQL_THREAD_AFTER_GTIDS\b
  | \@\@(?:global\.)?(?:slave_|master_|relay_log_info_)\w+
  | \bpassword\b.*\bFROM\s+mysql\.user\b/xis;

# The statement to send instead. $channel is the name of the channel as an SQL literal. Dies of a statement that the server
# would not understand; $server is its address and version, for the message.
sub translated {
  my ( $sql, $channel, $server ) = @_;
  if ( my $words = $WORDS{$sql} ) { return $words =~ s/CHANNEL/$channel/r }
  return $sql unless $sql =~ $OLD;
  my $shown = $sql =~ s/'.*/'.../sr;    # what is between quotes may be a password
  die "MHACompat $VERSION: MHA wants to send \"$shown\", which $server does not understand, and MHACompat has no other words"
    . " for it. Nothing was sent. Only MHA 0.58 is supported: see masterha_manager --version.\n";
}

1;
