package MHACompat::Load;

# Loads the parts that a program of MHA's needs.

use strict;
use warnings;

our $VERSION = '1.1';

MHACompat::_part('Replace');

# Before MHA's modules: it replaces system().
MHACompat::_part('Apply') if $MHACompat::PROGRAM =~ /^(?:apply_diff_relay_logs|save_binary_logs)\z/;

# MHA's own modules come before the other parts, so that they cannot redefine the functions afterwards. Without them MHA does
# not run anyway.
if ( eval { require MHA::NodeUtil; require MHA::SlaveUtil; require MHA::BinlogManager; require DBI; 1 } ) {
  MHACompat::_part($_) for qw(Versions Statements ChangeSource Channel Rows Tls Connection ReadOnly Programs);
  MHACompat::_part($_) for $MHACompat::PROGRAM =~ /^masterha_/ ? qw(Waiting Manager) : ();
}

1;
