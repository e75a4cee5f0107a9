package MHACompat::Channel;

# How the replicas of MySQL 8.4 and later reach their master: TLS, keys, retries, the name of their channel. A replica keeps
# that through RESET REPLICA; a server that becomes a replica again, such as the original master, gets what another has.
#
# Not taken over: SOURCE_BIND (belongs to one host), SOURCE_DELAY, PRIVILEGE_CHECKS_USER.

use strict;
use warnings;

our $VERSION = '1.1';

# Option, its column in performance_schema.replication_connection_configuration, and in SHOW REPLICA STATUS.
my @OPTIONS = (
  [qw(SOURCE_SSL                    SSL_ALLOWED                   Source_SSL_Allowed)],
  [qw(SOURCE_SSL_CA                 SSL_CA_FILE                   Source_SSL_CA_File)],
  [qw(SOURCE_SSL_CAPATH             SSL_CA_PATH                   Source_SSL_CA_Path)],
  [qw(SOURCE_SSL_CERT               SSL_CERTIFICATE               Source_SSL_Cert)],
  [qw(SOURCE_SSL_KEY                SSL_KEY                       Source_SSL_Key)],
  [qw(SOURCE_SSL_CIPHER             SSL_CIPHER                    Source_SSL_Cipher)],
  [qw(SOURCE_SSL_CRL                SSL_CRL_FILE                  Source_SSL_Crl)],
  [qw(SOURCE_SSL_CRLPATH            SSL_CRL_PATH                  Source_SSL_Crlpath)],
  [qw(SOURCE_SSL_VERIFY_SERVER_CERT SSL_VERIFY_SERVER_CERTIFICATE Source_SSL_Verify_Server_Cert)],
  [qw(SOURCE_TLS_VERSION            TLS_VERSION                   Source_TLS_Version)],
  [qw(SOURCE_PUBLIC_KEY_PATH        PUBLIC_KEY_PATH               Source_public_key_path)],
  [qw(GET_SOURCE_PUBLIC_KEY         GET_PUBLIC_KEY                Get_Source_public_key)],
  [qw(SOURCE_CONNECT_RETRY          CONNECTION_RETRY_INTERVAL     Connect_Retry)],
  [qw(SOURCE_RETRY_COUNT            CONNECTION_RETRY_COUNT        Source_Retry_Count)],
  [qw(NETWORK_NAMESPACE             NETWORK_NAMESPACE             Network_Namespace)],
  [qw(SOURCE_TLS_CIPHERSUITES       TLS_CIPHERSUITES)],
  [qw(SOURCE_HEARTBEAT_PERIOD       HEARTBEAT_INTERVAL)],
  [qw(SOURCE_COMPRESSION_ALGORITHMS COMPRESSION_ALGORITHM)],
  [qw(SOURCE_ZSTD_COMPRESSION_LEVEL ZSTD_COMPRESSION_LEVEL)],
);
my $CONFIGURATION = 'SELECT * FROM performance_schema.replication_connection_configuration WHERE CHANNEL_NAME = ?';

# What was seen in this process, by server: { name => literal, options => { name => literal } }.
my %SEEN;

# To be called with each row of SHOW REPLICA STATUS. Asks the server once.
sub seen {
  my ( $db, $status ) = @_;
  return if !$status->{Source_Host} || $status->{Source_Host} eq 'dummy_host';
  my $name = $db->quote( $status->{Channel_Name} // '' );
  my $seen = $SEEN{ $db->server } ||= { options => _options( $db, $status ) };
  $seen->{name} = $name;
}

# The channel of that server, as an SQL literal; the default channel if none is known.
sub name_on {
  my ($server) = @_;
  return $SEEN{$server} ? $SEEN{$server}{name} : q{''};
}

# Options and channel for a server that is no replica yet: those of another one; without any, what lets an account with
# caching_sha2_password in. A server that has TLS is preferred.
sub of_another {
  my ($server) = @_;
  my @others = map { $SEEN{$_} } grep { $_ ne $server } sort keys %SEEN;
  my ($other) = ( ( grep { $_->{options}{SOURCE_SSL} } @others ), @others );
  return $other ? @$other{qw(options name)} : ( { GET_SOURCE_PUBLIC_KEY => 1 }, q{''} );
}

sub _options {
  my ( $db, $status ) = @_;
  my $row = eval { $db->first_row( $CONFIGURATION, $status->{Channel_Name} // '' ) } || {};
  my %options;
  for (@OPTIONS) {
    my ( $option, $column, $shown ) = @$_;
    my $value = $row->{$column} // ( $shown ? $status->{$shown} : undef ) // '';
    next if $value eq '';
    $options{$option} =
        $value =~ /^(?:YES|NO)\z/i  ? ( lc $value eq 'yes' ? 1 : 0 )
      : $value =~ /^\d+(?:\.\d+)?\z/ ? $value
      :                                $db->quote($value);
  }
  return \%options;
}

1;
