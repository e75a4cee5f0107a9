# Reads MHA configurations with MHA's own modules: the measure for src/config.
# In: a JSON array of {"file", "global"} on standard input. Out: a JSON array, per file {"servers", "binlog_servers"},
# each server {"id", "params"} with the parameters that are defined, or {"error"}. A character is a byte.
use strict;
use warnings;
use JSON::PP;
use POSIX ();
use MHA::Config;

my $json = JSON::PP->new->ascii->canonical;
my $main = $$;

# A command that cannot be run makes MHA's own child process die: it must not go on with this script.
$SIG{__DIE__} = sub { POSIX::_exit(127) if $$ != $main };

my $input = do { local $/; <STDIN> };
my @results = map { read_one( $_->{file}, $_->{global} ) } @{ $json->decode($input) };
print $json->encode( \@results );

sub read_one {
    my ( $file, $global ) = @_;
    my ( $servers, $binlog );
    my $ok = eval {
        ( $servers, $binlog ) = MHA::Config->new( file => $file, globalfile => $global )->read_config();
        1;
    };
    return { error => "$@" } unless $ok;
    return { servers => [ map { plain($_) } @$servers ], binlog_servers => [ map { plain($_) } @$binlog ] };
}

sub plain {
    my ($server) = @_;
    my %params = map { $_ => "$server->{$_}" }
      grep { defined $server->{$_} && $_ ne 'id' && !/escaped_/ } keys %$server;
    return { id => $server->{id}, params => \%params };
}
