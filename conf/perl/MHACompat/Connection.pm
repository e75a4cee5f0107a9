package MHACompat::Connection;

# Every connection that MHA opens is of this subclass of DBI. Statements go out in the server's words, and rows come back
# with MHA's names of columns; which words, each connection decides by the version that its server has sent at login. A
# server that speaks the old words gets each statement as it is.

use strict;
use warnings;

our $VERSION = '1.1';
our @ISA     = ('DBI');

# Seconds that a statement may take, for connections that are opened while it is set.
our $READ_TIMEOUT;

MHACompat::Replace::around( 'DBI::connect' => \&_connect );

sub _connect {
  my ( $original, $class, $dsn, $user, $password, $attributes, @rest ) = @_;
  return $original->( $class, $dsn, $user, $password, $attributes, @rest )
    unless $class eq 'DBI' && $dsn =~ /^dbi:mysql:/i;
  my %attributes = ( %{ $attributes || {} }, RootClass => __PACKAGE__, AutoInactiveDestroy => 1 );
  $dsn .= ";mysql_read_timeout=$READ_TIMEOUT" if $READ_TIMEOUT;
  my $open = sub { $original->( $class, $dsn . shift, $user, $password, {%attributes}, @rest ) };
  return _furnished( sub { MHACompat::Tls::opened( $open, join ' ', $user // '', $dsn ) }, $dsn );
}

# A new connection from $open, with what it has to remember; undef if it fails.
sub _furnished {
  my ( $open, $dsn ) = @_;
  my $db = $open->() or return undef;
  my ($host) = $dsn =~ /\bhost=(\[[^\]]*\]|[^;]*)/;
  my ($port) = $dsn =~ /\bport=(\d+)/;
  $db->{private_mhacompat} = { server => ( $host // 'localhost' ) . ':' . ( $port // 3306 ) };
  $db->{private_mhacompat}{tls} = MHACompat::Tls::state_of( $db, sub { _furnished( $open, $dsn ) } );
  return $db;
}

package MHACompat::Connection::db;

our @ISA = ('DBI::db');

# Those that take a statement and send it themselves, without prepare() or do(), as well.
for my $method (
  qw(prepare do selectall_arrayref selectall_hashref selectcol_arrayref selectrow_array selectrow_arrayref selectrow_hashref))
{
  my $super = "SUPER::$method";
  no strict 'refs';
  *$method = sub {
    my ( $db, $sql, @rest ) = @_;
    $db = $db->_own;
    return $db->$super( ref $sql ? $sql : $db->_translated($sql), @rest );
  };
}

sub ping { my $db = $_[0]->_own; return $db->SUPER::ping() }

# A connection that is another process's stays open; the one that this process has in its place ends with the process.
sub disconnect {
  my ($db) = @_;
  return MHACompat::Tls::may_end( $db->{private_mhacompat}{tls} ) ? $db->SUPER::disconnect() : 1;
}

# host:port, for messages and as a name of the server.
sub server { return $_[0]{private_mhacompat}{server} }

sub speaks_old_words { return MHACompat::Versions::speaks_old_words( $_[0]{mysql_serverinfo} || '' ) }

sub first_row {
  my ( $db, $sql, @values ) = @_;
  my $statement = $db->prepare($sql);
  return $statement && $statement->execute(@values) ? $statement->fetchrow_hashref : undef;
}

sub _own { return MHACompat::Tls::own( $_[0], $_[0]{private_mhacompat}{tls} ) }

sub _translated {
  my ( $db, $sql ) = @_;
  return $sql if $db->speaks_old_words;
  my $server = $db->server;
  return MHACompat::Statements::translated( $sql, MHACompat::Channel::name_on($server), "$server ($db->{mysql_serverinfo})" )
    unless MHACompat::ChangeSource::is_one($sql);
  my $status = $db->first_row('SHOW REPLICA STATUS') || {};
  my ( $options, $channel ) =
    $status->{Source_Host} ? ( {}, MHACompat::Channel::name_on($server) ) : MHACompat::Channel::of_another($server);
  return MHACompat::ChangeSource::translated( $sql, $options, $channel );
}

package MHACompat::Connection::st;

our @ISA = ('DBI::st');

# MHA takes a server with several channels for one that is no replica.
sub execute {
  my ( $st, @values ) = @_;
  my $rows = $st->SUPER::execute(@values);
  return $rows unless $rows && $rows > 1 && $st->{Statement} eq 'SHOW REPLICA STATUS';
  die sprintf "MHACompat: %s replicates through %d channels. MHA can switch a server with one channel only: end the others with"
    . " STOP REPLICA FOR CHANNEL and RESET REPLICA ALL FOR CHANNEL, or take the server out of MHA's file.\n",
    $st->{Database}->server, $rows;
}

sub fetchrow_hashref {
  my ( $st, @rest ) = @_;
  my $row = $st->SUPER::fetchrow_hashref(@rest) or return;
  my ($what) = $st->{Statement} =~ /^SHOW (REPLICA STATUS|SLAVE STATUS|PROCESSLIST)/ or return $row;
  MHACompat::Channel::seen( $st->{Database}, $row ) if $what eq 'REPLICA STATUS';
  return MHACompat::Rows::to_old_words($row);
}

1;
