package MHACompat::ReadOnly;

# super_read_only, which MHA asks for even if the server is a MariaDB without such a variable.

use strict;
use warnings;

our $VERSION = '1.1';

MHACompat::Replace::with( 'MHA::SlaveUtil::check_if_super_read_only' => \&_is_on );

# (1, connection) if super_read_only is on; (0, 0) if it is off, or if the server has no such variable.
sub _is_on {
  my ( $host, $ip, $port, $user, $password ) = @_;
  my $address = $ip =~ /:/ ? "[$ip]" : $ip;
  my $db      = DBI->connect( "DBI:mysql:;host=$address;port=$port",
    _plain($user), _plain($password), { PrintError => 0, RaiseError => 1 } );
  my $row = $db->selectrow_arrayref("SHOW GLOBAL VARIABLES LIKE 'super_read_only'");
  return ( 1, $db ) if $row && $row->[1] =~ /^(?:ON|1)$/i;
  $db->disconnect();
  return ( 0, 0 );
}

# The manager passes names and passwords unchanged. The arguments of apply_diff_relay_logs come through ssh "...": the
# shell has removed the escapes of \ " $ and the backquote within the double quotes; MHA's other escapes are left.
sub _plain {
  my $text = shift;
  return $text unless defined $text && $MHACompat::PROGRAM eq 'apply_diff_relay_logs';
  $text =~ s/\\([!#&;|*?~<>^()\[\]{}, ])/$1/g;
  return $text;
}

1;
