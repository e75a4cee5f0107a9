package MHACompat::Rows;

# What MySQL answers, in the names and words that MHA looks for. Pure: nothing in here speaks to a server.

use strict;
use warnings;

our $VERSION = '1.1';

# The beginnings of states that MHA waits for: in a process list, in a replica status. MySQL has the new ones since 8.0.26.
my %STATE = (
  'Replica has read all relay log'         => 'Slave has read all relay log',
  'Waiting for source to send event'       => 'Waiting for master to send event',
  'Waiting for work from SQL thread'       => 'Waiting for an event from Coordinator',    # MariaDB's parallel workers
);
my $STATES = join '|', map { quotemeta } keys %STATE;

# Adds MHA's names of columns to a row, and changes its states.
sub to_old_words {
  my ($row) = @_;
  for my $name ( grep { /Source_|_Source$|Replica_/ } keys %$row ) {
    ( my $old = $name ) =~ s/Source_/Master_/;
    $old =~ s/_Source$/_Master/;
    $old =~ s/Replica_/Slave_/;
    $row->{$old} = $row->{$name};
  }
  for my $name ( grep { defined $row->{$_} } qw(State Slave_IO_State Slave_SQL_Running_State) ) {
    $row->{$name} =~ s/^($STATES)/$STATE{$1}/;
  }
  return $row;
}

1;
