package MHACompat;

# Lets MHA 0.58 run under Perl 5.22 or later against MariaDB. Load it into every Perl process that may be MHA's, with
#   PERL5OPT="-I/path/to/this/folder -MMHACompat"
# on the manager, and through sshd's SetEnv on the hosts the manager logs in to. Other programs are left alone.
#
# Three things stop stock MHA there: a version such as 10.11.6-MariaDB-0+deb12u1 has more numbers than its sprintf has
# places, which is fatal since 5.22; it reads super_read_only without asking whether the server has such a variable; and
# masterha_check_ssh, when all is well, ends with what the last log call returned: nothing at all, which is fatal too.

use strict;
use warnings;

# MHA's own modules are loaded first, so that they cannot define the three functions a second time afterwards.
if ( $0 =~ m{(?:^|/)(?:masterha_\w+|(?:apply_diff|purge)_relay_logs|save_binary_logs|filter_mysqlbinlog)\z} ) {
  if ( eval { require MHA::NodeUtil; require MHA::SlaveUtil; 1 } ) {
    no warnings 'redefine';
    no strict 'refs';
    *{'MHA::NodeUtil::parse_mysql_version'}        = sub ($) { _numbers( 3, shift ) };
    *{'MHA::NodeUtil::parse_mysql_major_version'}  = sub ($) { _numbers( 2, shift ) };
    *{'MHA::SlaveUtil::check_if_super_read_only'} = \&_super_read_only;
  }
  if ( $0 =~ /masterha_check_ssh\z/ && eval { require MHA::SSHCheck; 1 } ) {
    no warnings 'redefine';
    my $main = \&MHA::SSHCheck::main;
    *MHA::SSHCheck::main = sub { $main->(@_) || 0 };
  }
}

# MHA has no argument that tells its scripts of --skip_disable_read_only: mha-helper's failover hook reads it from here.
if ( $0 =~ m{(?:^|/)masterha_(?:manager|master_switch)\z} ) {
  require Getopt::Long;
  my $parser = Getopt::Long::Parser->new( config => ['pass_through'] );
  local @ARGV = @ARGV;
  $parser->getoptions( 'skip_disable_read_only' => \my $skip );
  delete $ENV{MHA_HELPER_SKIP_DISABLE_READ_ONLY};
  $ENV{MHA_HELPER_SKIP_DISABLE_READ_ONLY} = 1 if $skip;
}

# The first numbers of a version, three digits each: 10.11.6-MariaDB gives 010011006.
sub _numbers {
  my ( $count, $version ) = @_;
  my @found = ( $version =~ /(\d+)/g, (0) x $count );
  return join '', map { sprintf '%03d', $_ } @found[ 0 .. $count - 1 ];
}

# (1, connection) where super_read_only is on; (0, 0) where it is off, or where the server has no such variable.
sub _super_read_only {
  my ( $host, $ip, $port, $user, $password ) = @_;
  my $address = $ip =~ /:/ ? "[$ip]" : $ip;
  my $db      = DBI->connect( "DBI:mysql:;host=$address;port=$port",
    _plain($user), _plain($password), { PrintError => 0, RaiseError => 1 } );
  my $row = $db->selectrow_arrayref("SHOW GLOBAL VARIABLES LIKE 'super_read_only'");
  return ( 1, $db ) if $row && $row->[1] =~ /^(?:ON|1)$/i;
  $db->disconnect();
  return ( 0, 0 );
}

# The manager passes names and passwords as they are. The arguments of apply_diff_relay_logs come through ssh "...": the
# shell has removed the escapes within the double quotes (of \ " $ and the backquote), and MHA's others are left.
sub _plain {
  my $text = shift;
  return $text unless defined $text && $0 =~ m{(?:^|/)apply_diff_relay_logs\z};
  $text =~ s/\\([!#&;|*?~<>^()\[\]{}, ])/$1/g;
  return $text;
}

1;
