package MHACompat::ChangeSource;

# CHANGE MASTER TO ... as MHA writes it, for MySQL 8.4 and later. Pure: nothing in here speaks to a server.

use strict;
use warnings;

our $VERSION = '1.1';

# What may stand between two quotes of an SQL literal. MHA puts user and password there just as its file has them.
my $TEXT = qr/(?:[^'\\]|\\.|'')*/s;

my $STATEMENT = qr/^CHANGE\ MASTER\ TO
  \ MASTER_HOST='(?<host>$TEXT)',\ MASTER_PORT=(?<port>\d+),\ MASTER_USER='(?<user>$TEXT)'
  (?:,\ MASTER_PASSWORD='(?<password>$TEXT)')?
  (?:,\ MASTER_LOG_FILE='(?<file>$TEXT)',\ MASTER_LOG_POS=(?<position>\d+) | ,\ MASTER_AUTO_POSITION=1)\z/xs;

sub is_one { return $_[0] =~ /^CHANGE MASTER TO MASTER_HOST='.*', MASTER_PORT=/s }

# The statement to send instead, with more options (name, value as SQL) and a channel (an SQL literal).
sub translated {
  my ( $sql, $options, $channel ) = @_;
  $sql =~ $STATEMENT
    or die "MHACompat: repl_user or repl_password in MHA's file holds a quote or a backslash that ends the text too early."
    . " MHA puts both into CHANGE MASTER just as they are: write \\' for ' and \\\\ for \\ there. Nothing was sent.\n";
  my %is = %+;
  my @list = ( "SOURCE_HOST='$is{host}'", "SOURCE_PORT=$is{port}", "SOURCE_USER='$is{user}'" );
  push @list, "SOURCE_PASSWORD='$is{password}'" if defined $is{password};
  push @list, defined $is{file}
    ? ( "SOURCE_LOG_FILE='$is{file}'", "SOURCE_LOG_POS=$is{position}", 'SOURCE_AUTO_POSITION=0' )
    : ('SOURCE_AUTO_POSITION=1');
  push @list, map { "$_=$options->{$_}" } sort keys %$options;
  return 'CHANGE REPLICATION SOURCE TO ' . join( ', ', @list ) . ( $channel eq q{''} ? '' : " FOR CHANNEL $channel" );
}

1;
