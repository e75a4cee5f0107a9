package MHACompat;

# Lets MHA 0.58 run under Perl 5.22 or later, against MariaDB and against MySQL 8.4 and later, whose SQL does not have the
# words that MHA uses. Load it into every Perl process that may be MHA's, with
#   PERL5OPT="-I/path/to/this/folder -MMHACompat"
# on the manager, and through sshd's SetEnv on the hosts the manager logs in to. A host needs this file and the folder
# MHACompat beside it. Other programs are left alone: they get this package with its two variables, and nothing else.
#
# What each part does is at the head of its file. No file of MHA's is changed: the parts replace functions in memory.

use strict;
use warnings;

# To be raised with every change in here or in the folder: mha_check compares it on the manager and on every host.
our $VERSION = '1.0';

# Which of MHA's programs runs in this process; '' if none does.
our $PROGRAM =
  $0 =~ m{(?:^|/)(masterha_\w+|(?:apply_diff|purge)_relay_logs|save_binary_logs|filter_mysqlbinlog)\z} ? $1 : '';

if ($PROGRAM) {
  _part('Replace');
  _part('Apply') if $PROGRAM eq 'apply_diff_relay_logs';    # before MHA's modules: it replaces system()
  # MHA's own modules come first, so that they cannot redefine the functions afterwards.
  if ( eval { require MHA::NodeUtil; require MHA::SlaveUtil; require MHA::BinlogManager; require DBI; 1 } ) {
    _part($_) for qw(Versions Statements ChangeSource Channel Rows Tls Connection ReadOnly Programs);
    _part($_) for $PROGRAM =~ /^masterha_/ ? qw(Waiting Manager) : ();
  }
}

# A part of another version would not fit: somebody has copied half of the folder.
sub _part {
  my $part = "MHACompat::$_[0]";
  my $path = __FILE__ =~ s/\.pm\z//r;
  require "$path/$_[0].pm";
  return if ( $part->VERSION || '' ) eq $VERSION;
  die "$path/$_[0].pm is not of MHACompat $VERSION: copy MHACompat.pm together with the folder MHACompat\n";
}

1;
