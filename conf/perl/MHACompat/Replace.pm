package MHACompat::Replace;

# Puts functions of this module in the place of MHA's and DBI's. A function that this MHA does not have is left out.

use strict;
use warnings;

our $VERSION = '1.1';

# with('Package::function' => sub {...}, ...)
sub with {
  my %subs = @_;
  no strict 'refs';
  no warnings qw(redefine prototype);
  for my $name ( grep { defined &$_ } keys %subs ) { *{$name} = $subs{$name} }
}

# The same; each function is called with the original one in front of its arguments.
sub around {
  my %subs = @_;
  no strict 'refs';
  for my $name ( grep { defined &$_ } keys %subs ) {
    my ( $original, $by ) = ( \&$name, $subs{$name} );
    with( $name => sub { $by->( $original, @_ ) } );
  }
}

1;
