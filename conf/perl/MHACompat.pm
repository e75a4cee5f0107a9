package MHACompat;

# Lets MHA 0.58 run under Perl 5.22 or later against MariaDB. Load it into every Perl process that may be MHA's, with
#   PERL5OPT="-I/path/to/this/folder -MMHACompat"
# on the manager, and through sshd's SetEnv on the hosts the manager logs in to. Other programs are left alone.
#
# Three things stop stock MHA there. A version such as 10.11.6-MariaDB-0+deb12u1 has more numbers than MHA's sprintf has
# placeholders, which is fatal since Perl 5.22. MHA reads super_read_only even if the server has no such variable. And
# masterha_check_ssh, if all is well, ends with the return value of the last log call: nothing, which is fatal too.

use strict;
use warnings;

# Loads MHA's own modules first, so that they cannot redefine the three functions afterwards.
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

# MHA does not pass --skip_disable_read_only on to its scripts: mha-helper's failover hook reads it from this variable.
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

# (1, connection) if super_read_only is on; (0, 0) if it is off, or if the server has no such variable.
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

# The manager passes names and passwords unchanged. The arguments of apply_diff_relay_logs come through ssh "...": the
# shell has removed the escapes of \ " $ and the backquote within the double quotes; MHA's other escapes are left.
sub _plain {
  my $text = shift;
  return $text unless defined $text && $0 =~ m{(?:^|/)apply_diff_relay_logs\z};
  $text =~ s/\\([!#&;|*?~<>^()\[\]{}, ])/$1/g;
  return $text;
}

1;
