package MHACompat::Versions;

# Version numbers. MHA reads them with a sprintf of two or three placeholders; a version such as 10.11.6-MariaDB-0+deb12u1
# has more numbers than that, which is fatal since Perl 5.22.

use strict;
use warnings;

our $VERSION = '1.1';

MHACompat::Replace::with(
  'MHA::NodeUtil::parse_mysql_version'       => sub ($) { numbers( 3, shift ) },
  'MHA::NodeUtil::parse_mysql_major_version' => sub ($) { numbers( 2, shift ) },
);

# The first numbers of a version, three digits each, so that they compare as text: 10.11.6-MariaDB gives 010011006.
sub numbers {
  my ( $count, $version ) = @_;
  my @found = ( $version =~ /(\d+)/g, (0) x $count );
  return join '', map { sprintf '%03d', $_ } @found[ 0 .. $count - 1 ];
}

sub is_mariadb { return $_[0] =~ /MariaDB/i }

# Whether the server with this version still takes SHOW SLAVE STATUS, CHANGE MASTER and the like: MySQL before 8.4 and
# every MariaDB do.
sub speaks_old_words {
  my ($version) = @_;
  return is_mariadb($version) || numbers( 2, $version ) lt '008004';
}

1;
