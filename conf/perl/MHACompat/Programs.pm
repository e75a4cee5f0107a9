package MHACompat::Programs;

# The client programs that MHA runs: mysql and mysqlbinlog, under the names and in the versions that there are today.

use strict;
use warnings;

our $VERSION = '1.1';

MHACompat::Replace::with( 'MHA::BinlogManager::init_mysqlbinlog' => \&_init_mysqlbinlog );
MHACompat::Replace::around(
  'MHA::NodeUtil::client_cli_prefix'                => \&_command,
  'MHA::BinlogManager::get_all_binlogs_from_prefix' => \&_binlogs,
);

my %NAME_OF_MARIADB = ( mysql => 'mariadb', mysqlbinlog => 'mariadb-binlog' );

# MariaDB's mysqlbinlog, since 10.8, wants GTIDs without a gap. What MHA has saved over a rotation of binlogs or relay logs has
# gaps: mysqlbinlog stops there, and the rows that follow are lost.
my $NOT_STRICT = '--skip-gtid-strict-mode';
my %KNOWS_IT;

# The beginning of a command line. MariaDB 11 has no program called mysql or mysqlbinlog, except through links.
sub _command {
  my ( $original, $program, $folder, $libraries ) = @_;
  my $command = $original->( $program, $folder, $libraries );
  my @folders = ref $folder eq 'ARRAY' ? @$folder : $folder ? ($folder) : split /:/, $ENV{PATH} || '';
  my $other   = $NAME_OF_MARIADB{$program};
  $command =~ s/\b$program('?)\z/$other$1/ if !_is_in( $program, @folders ) && _is_in( $other, @folders );
  return $program eq 'mysqlbinlog' && _knows_strict($command) ? "$command $NOT_STRICT" : $command;
}

sub _is_in {
  my ( $program, @folders ) = @_;
  return scalar grep { -x "$_/$program" } @folders;
}

sub _knows_strict {
  my ($command) = @_;
  local $?;
  return $KNOWS_IT{$command} //= !CORE::system("$command $NOT_STRICT --version > /dev/null 2>&1");
}

# Sets the version of mysqlbinlog. Dies, in MHA's check already, if this mysqlbinlog is not one for the server.
sub _init_mysqlbinlog {
  my ($self) = @_;
  my $command = $self->{mysqlbinlog};
  my $server  = $self->{mysql_version} or die "MHACompat: MHA did not say which version the server has.\n";
  chomp( my $said = `$command --version 2>&1` );
  die "MHACompat: $command --version failed on this host: is it in PATH, or in client_bindir of MHA's file? It said: $said\n"
    if $?;
  ( $self->{mysqlbinlog_version} ) = $said =~ /(?:Ver|client) (\d+\.\d+)/
    or die "MHACompat: $command --version shows no version: $said\n";
  my $wrong = why_wrong( $server, $said ) or return;
  die "MHACompat: $command on this host is $wrong: install the client programs of the server there, or set client_bindir in"
    . " MHA's file to their folder. It said: $said\n";
}

# Why this mysqlbinlog must not read binlogs of that server; undef if it may. MariaDB's reads those of MySQL without an error,
# leaves out what it does not know, and sets variables that MySQL does not have: a failover would die half-way.
#
# | server        | Ver 8.0 and later (MySQL's) | Ver 3.x (MySQL 5's, MariaDB 10's) | from ...-MariaDB (MariaDB 11's) |
# |---------------|-----------------------------|-----------------------------------|---------------------------------|
# | MySQL 8 on    | right                       | wrong                             | wrong                           |
# | older MySQL   | right                       | cannot be told apart              | wrong                           |
# | MariaDB       | wrong                       | right                             | right                           |
sub why_wrong {
  my ( $server, $said ) = @_;
  my ($number)   = $said =~ /(?:Ver|client) (\d+)/;
  my $of_mariadb = MHACompat::Versions::is_mariadb($said);
  my $of_mysql8  = !$of_mariadb && $number >= 8;
  return $of_mysql8 ? 'of MySQL, but the server is MariaDB' : undef if MHACompat::Versions::is_mariadb($server);
  my $needs_mysql8 = MHACompat::Versions::numbers( 1, $server ) ge '008';
  return $of_mariadb || ( $needs_mysql8 && !$of_mysql8 ) ? "not of MySQL 8 or later, but the server is MySQL $server" : undef;
}

# MariaDB 11.4 and later keep an index beside each binlog, mysql-bin.000001.idx, which is no binlog.
sub _binlogs {
  my ( $original, @arguments ) = @_;
  return grep { /\.\d+\z/ } $original->(@arguments);
}

1;
