package MHACompat::Tls;

# TLS for MHA's connections. Where the account or the server insists on it, a connection is tried again with TLS.
#
# MHA forks, and parent and children go on with one connection, in turn. TLS does not survive that: each process counts the
# records of its own. So a connection with TLS that is used in another process than the one that opened it opens a new one
# there. MHA's monitor relies on the child's pings to keep the parent's session alive, which holds the advisory lock: the
# parent sends a statement of its own after each ping.

use strict;
use warnings;

our $VERSION = '1.1';

# mysql_ssl alone is refused by the driver of Debian 12; it cannot check certificates.
my $WITH_TLS = ';mysql_ssl=1;mysql_ssl_optional=1';

# Access denied, which is what an account with REQUIRE SSL gets; require_secure_transport. TLS failed: the server has none now.
my %TRY_OTHER_WAY = ( '' => qr/^(?:1045|3159)\z/, $WITH_TLS => qr/^2026\z/ );

# The accounts that needed TLS, so that they do not fail to log in each time.
my %NEEDED;

# A connection, from $open, which takes options for the DSN. If it fails both ways, the error is the one that the server
# sent: only then does MHA know that the server is alive.
sub opened {
  my ( $open, $account ) = @_;
  my @failures;
  for my $options ( $NEEDED{$account} ? ( $WITH_TLS, '' ) : ( '', $WITH_TLS ) ) {
    my $db = eval { $open->($options) };
    my %failure = ( died => $@, err => $DBI::err || 0, errstr => $DBI::errstr );
    if ($db) {
      $NEEDED{$account} = $options eq $WITH_TLS;
      return $db;
    }
    push @failures, \%failure;
    last unless $failure{err} =~ $TRY_OTHER_WAY{$options};
  }
  my ($failure) = ( ( grep { !_is_from_client( $_->{err} ) } @failures ), @failures );
  _restore($failure) if @failures > 1;
  die $failure->{died} if $failure->{died};
  return undef;
}

# 2000 to 2999 are the client library's own: 2003 cannot connect, 2013 lost, 2026 TLS failed.
sub _is_from_client { return $_[0] >= 2000 && $_[0] < 3000 }

sub _restore {
  my ($failure) = @_;
  my $driver = DBI->install_driver('mysql');
  local @$driver{qw(PrintError RaiseError)} = ( 0, 0 );
  $driver->set_err( @$failure{qw(err errstr)} );
}

# What a connection has to remember: undef without TLS.
sub state_of {
  my ( $db, $reopen ) = @_;
  my $status = eval { $db->first_row(q{SHOW SESSION STATUS LIKE 'Ssl_cipher'}) } || {};
  return $status->{Value} ? { pid => $$, reopen => $reopen } : undef;
}

# The connection to use in this process instead of $db. Dies if it cannot be opened.
sub own {
  my ( $db, $state ) = @_;
  return $db if !$state || $state->{pid} == $$;
  my $own = $state->{own};
  unless ( $own && $own->{pid} == $$ ) {
    my $opened = eval { $state->{reopen}->() };
    my $why = $DBI::errstr || $@;    # of the handle that was used last
    die sprintf "MHACompat: process %d needs a connection of its own to %s, because of TLS, and gets none: %s\n", $$,
      $db->server, $why
      unless $opened;
    $own = $state->{own} = { pid => $$, db => $opened };
  }
  $own->{db}{RaiseError} = $db->{RaiseError};
  return $own->{db};
}

# Whether this process may end the connection: an inherited one is its parent's.
sub may_end { return !$_[0] || $_[0]{pid} == $$ }

1;
