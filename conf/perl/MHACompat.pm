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
our $VERSION = '1.1';

# Which of MHA's programs runs in this process; '' if none does.
our $PROGRAM =
  $0 =~ m{(?:^|/)(masterha_\w+|(?:apply_diff|purge)_relay_logs|save_binary_logs|filter_mysqlbinlog)\z} ? $1 : '';

_part('Load') if $PROGRAM;

# Somebody may have copied only half of the folder, or a part of another version, which would not fit.
sub _part {
  my ($name) = @_;
  ( my $path = __FILE__ ) =~ s/\.pm\z//;
  return if -r "$path/$name.pm" && require "$path/$name.pm" && ( "MHACompat::$name"->VERSION || '' ) eq $VERSION;
  die "$path/$name.pm is missing or not of MHACompat $VERSION: copy MHACompat.pm together with the folder MHACompat\n";
}

1;
