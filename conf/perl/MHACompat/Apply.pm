package MHACompat::Apply;

# Pipes of apply_diff_relay_logs and save_binary_logs, and what the former does itself, not in a module of MHA's.

use strict;
use warnings;
use File::Temp;

our $VERSION = '1.1';

# The program's options are out of reach once it has read them.
my @ARGUMENTS = @ARGV;
my $MANAGER;

BEGIN { *CORE::GLOBAL::system = \&_system }

# Once the program is compiled, before it runs.
INIT {
  MHACompat::Replace::with( 'main::use_binary_mode' => sub () { '--binary-mode' } );
  MHACompat::Replace::around(
    'main::fast_find_pos'                  => \&_fast_find_pos,
    'MHA::BinlogManager::new'              => sub { my ( $original, @given ) = @_; $MANAGER = $original->(@given) },
    'MHA::BinlogManager::init_mysqlbinlog' => \&_init,
  );
}

# "mysqlbinlog FILE | mysql" fails if either of the two does. Otherwise MHA calls a file applied whose second half was
# unreadable. MariaDB's mysqlbinlog ends with 0 then, too (10.11, 11.8: seen): what it prints tells.
sub _system {
  my (@command) = @_;
  return CORE::system(@command) if @command > 1 || $command[0] !~ /\|/;
  my $pipe   = "set -o pipefail; $command[0]";
  my $errors = eval { File::Temp->new };
  if ( !$errors ) {
    print STDERR 'MHACompat: there is no temporary file (', $@ =~ s/\s+\z//r,
      "): an error that mysqlbinlog only prints does not count as one\n";
    return CORE::system( 'bash', '-c', $pipe );
  }
  my $status = CORE::system( 'bash', '-c', qq{exec 2> "\$0"; $pipe}, $errors->filename );
  my @said   = <$errors>;
  print STDERR @said;
  return $status || ( ( grep { is_error($_) } @said ) ? 1 << 8 : 0 );
}

# Whether this line of mysqlbinlog's means that events are missing. The last event of a dead master may be cut off: nobody was
# told that it was committed.
sub is_error { return $_[0] =~ /^ERROR: / && $_[0] !~ /'Event truncated'/ }

# MHA's check comes through here as well.
sub _init {
  my ( $original, @given ) = @_;
  die "MHACompat: there is no bash on this host: without it nobody can see whether mysqlbinlog has failed. Install it.\n"
    if CORE::system( 'bash', '-c', 'set -o pipefail' );
  return $original->(@given);
}

# MHA guesses where in a relay log the target's reading ended, and takes the guess if mysqlbinlog can read from there; it
# always can. So the guess is verified: the event there must begin where the target's reading ended, in the master's
# binlog. If it does not, MHA searches the relay logs.
sub _fast_find_pos {
  my ($original) = @_;
  my %found = $original->();
  return unless defined $found{start_rlp};
  open my $log, '<:raw', "$MANAGER->{dir}/$found{start_rlf}" or return;
  seek $log, $found{start_rlp}, 0;
  my ( $target, $latest ) = map { _argument($_) } qw(target_rmlp latest_rmlp);
  return _is_at( $log, $target, $latest ) ? %found : ();
}

# Each event says where it ends in the master's binlog, modulo 2**32. MariaDB 11 leaves that out within a transaction: there
# the lengths lead to the next event that says so, or to the end of the file. Header: time (4), type (1), server (4),
# length (4), end (4), flags (2).
sub _is_at {
  my ( $log, $position, $latest ) = @_;
  while ( read( $log, my $header, 19 ) == 19 ) {
    my ( $length, $end ) = unpack 'x9 V V', $header;
    $position += $length;
    return $position % 2**32 == $end if $end;
    return 0 if $length < 19 || !seek $log, $length - 19, 1;
  }
  return eof($log) && $position == $latest;
}

sub _argument {
  my ($name) = @_;
  my ($value) = map { /^--$name=(\d+)\z/ ? $1 : () } @ARGUMENTS;
  return $value // -1;
}

1;
