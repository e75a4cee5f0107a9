package MHACompat::Waiting;

# Waiting until a replica has applied what its master has written.

use strict;
use warnings;

our $VERSION = '1.1';

return 1 unless eval { require MHA::DBHelper };

MHACompat::Replace::around(
  'MHA::DBHelper::show_master_status' => \&_position,
  'MHA::DBHelper::master_pos_wait'    => \&_wait_for_position,
  'MHA::DBHelper::gtid_wait'          => \&_wait_for_gtids,
);

# By server: where its binlog was when it was last asked, and the GTIDs that were executed then.
my %LATEST;

# MySQL's parallel workers make known every replica_checkpoint_period (300 ms) how far they are in the master's binlog, and
# in a planned switch nobody can write meanwhile; what they have applied by GTID is known at once. So the GTIDs of a
# position are remembered: MHA has set read_only before, which waits for what is being committed, so they are complete.
sub _position {
  my ( $original, $self, @rest ) = @_;
  my ( $file, $position, @others ) = $original->( $self, @rest );
  return () unless defined $file;
  my $gtids = $self->{has_gtid} ? $others[2] : undef;
  $LATEST{ $self->{dbh}->server } = { at => "$file:$position", gtids => $gtids };
  return ( $file, $position, @others );
}

# With gtid_mode=ON on both servers only: otherwise transactions without a GTID could be missing. Several servers may be at
# the same position of a binlog of the same name; unless their GTIDs are the same, nobody knows which of them is meant.
sub _wait_for_position {
  my ( $original, $self, $file, $position ) = @_;
  my %gtids = map { ( $_->{gtids} // '' ) => 1 } grep { $_->{at} eq "$file:$position" } values %LATEST;
  my ( $gtids, $another ) = keys %gtids;
  return $self->gtid_wait($gtids)
    if $gtids && !defined $another && $self->{has_gtid} && !$self->{dbh}->speaks_old_words;
  return $original->( $self, $file, $position );
}

# MySQL 8.4 has no function that ends when the SQL thread does. 0 once all is applied; undef if it never will be.
sub _wait_for_gtids {
  my ( $original, $self, $gtids ) = @_;
  return $original->( $self, $gtids ) if $self->{dbh}->speaks_old_words;
  for ( ; ; ) {
    my $row = $self->{dbh}->first_row( 'SELECT WAIT_FOR_EXECUTED_GTID_SET(?, 1) AS late', $gtids );
    return undef unless $row && defined $row->{late};
    return 0 if $row->{late} == 0;
    my %status = $self->check_slave_status(1);
    return undef if $status{Status} || $status{Slave_SQL_Running} ne 'Yes';
    return undef if $status{Slave_IO_Running} eq 'No' && !_has_received( $self->{dbh}, $gtids, $status{Retrieved_Gtid_Set} );
  }
}

sub _has_received {
  my ( $db, $gtids, $retrieved ) = @_;
  my $row = $db->first_row( q{SELECT GTID_SUBSET(?, CONCAT_WS(',', @@global.gtid_executed, NULLIF(?, ''))) AS yes},
    $gtids, $retrieved // '' );
  return $row && $row->{yes};
}

1;
