package MHACompat::Manager;

# What only the manager's programs (masterha_*) do.

use strict;
use warnings;

our $VERSION = '1.1';

_keep_skip_disable_read_only() if $MHACompat::PROGRAM =~ /^masterha_(?:manager|master_switch)\z/;
eval { require MHA::SSHCheck } if $MHACompat::PROGRAM eq 'masterha_check_ssh';
eval { require MHA::ServerManager; require MHA::HealthCheck } if $MHACompat::PROGRAM ne 'masterha_check_ssh';

# A server that answers a login with one of these is alive. MHA's own list has the rest; without them, a locked MHA account on
# a living master is a dead master, and after a failover there are two. Not 2026: a dying server with TLS gives it, too.
push @MHA::ManagerConst::ALIVE_ERROR_CODES,
  1524,    # the account's authentication plugin is not loaded (mysql_native_password since MySQL 9)
  1698,    # access denied without a password
  1862,    # the password has expired
  2059,    # the authentication plugin is missing here
  2061,    # the authentication plugin failed here
  3032,    # offline mode
  3118,    # MySQL: the account is locked
  3159,    # TLS is required
  3955,    # MySQL: locked after failed logins
  4150,    # MariaDB: blocked after failed logins
  4151;    # MariaDB: the account is locked

MHACompat::Replace::around(

  # masterha_check_ssh, if all is well, ends with the return value of the last log call: nothing, which is fatal.
  'MHA::SSHCheck::main' => sub { my ( $original, @arguments ) = @_; $original->(@arguments) || 0 },

  'MHA::DBHelper::change_master'                      => \&_changed,
  'MHA::DBHelper::change_master_gtid'                 => \&_changed,
  'MHA::ServerManager::change_master_and_start_slave' => \&_changed_and_started,
  'MHA::HealthCheck::connect'                         => \&_connected,
  'MHA::HealthCheck::fork_exec'                       => \&_pinged,
);

# MHA ignores a CHANGE MASTER that failed, and starts the replica, which has been RESET: it would begin with the first binlog of
# the master that it had before.
sub _changed {
  my ( $original, @arguments ) = @_;
  my $error = $original->(@arguments) or return 0;
  $error =~ s/ near '.*/./s;    # a syntax error shows the statement, and with it the password
  die "CHANGE MASTER failed: $error\n";
}

# 1 if it failed; the replica is stopped then.
sub _changed_and_started {
  my ( $original, $manager, $target, @rest ) = @_;
  my $failed = eval { $original->( $manager, $target, @rest ) };
  my $why = $@ or return $failed;
  my $log = $rest[3] || $manager->{logger};
  $why =~ s/\.?\n\z/./;
  $log->error( $target->get_hostinfo() . ": $why It does not replicate now, and its data is as it was." );
  return 1;
}

# The parent's session holds the lock and is not used by a child that can be killed: it must not wait for ever.
sub _connected {
  my ( $original, $self, @rest ) = @_;
  local $MHACompat::Connection::READ_TIMEOUT = 5 * $self->{interval} + 5;    # MHA waits 4 intervals for the lock
  return $original->( $self, @rest );
}

# See Tls.pm. The exit code of the ping, or 1 if the parent's session is lost.
sub _pinged {
  my ( $original, $self, @rest ) = @_;
  my $failed = $original->( $self, @rest );
  return $failed if $failed || !$self->{dbh} || !$self->{dbh}{private_mhacompat}{tls};
  return eval { $self->{dbh}->first_row('SELECT 1 AS Value') } ? 0 : 1;
}

# MHA does not pass --skip_disable_read_only on to its scripts: mha-helper's failover hook reads it from this variable.
sub _keep_skip_disable_read_only {
  require Getopt::Long;
  my $parser = Getopt::Long::Parser->new( config => ['pass_through'] );
  local @ARGV = @ARGV;
  $parser->getoptions( 'skip_disable_read_only' => \my $skip );
  delete $ENV{MHA_HELPER_SKIP_DISABLE_READ_ONLY};
  $ENV{MHA_HELPER_SKIP_DISABLE_READ_ONLY} = 1 if $skip;
}

1;
