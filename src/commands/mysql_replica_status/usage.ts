/** What `mysql_replica_status --help` prints. */
export const REPLICA_STATUS_USAGE = `mysql_replica_status - shows how servers replicate, and whether all are level

Usage
  mysql_replica_status PORT HOST... [options]
  mysql_replica_status HOST[:PORT]... [options]
  mysql_replica_status --conf=FILE [HOST...] [options]

It also says what replication's errors mean, and what to do. It changes nothing.
The port is 3306 unless told; an IPv6 address with a port is in brackets. With
--conf: all servers of MHA's file, or those named.

Options
  --watch[=SECONDS]       looks again every second, or as often as told: redraws
                          in place on a terminal, appends otherwise. What has
                          moved is bold and has a *. Ctrl-C ends it
  --wait_level[=SECONDS]  returns as soon as all replicate and are level, or
                          after so many seconds (60)
  --json                  one JSON object; with --watch one a line
  --user=NAME             else from the option file, else your login name
  --defaults_file=FILE    the mysql client's option file for user and password
                          instead of ~/.my.cnf ([client] and [mysql] are read)
  --password=WORD         everybody on this machine can see it. Without it and
                          without an option file it is asked for on the terminal
  --ssl=no|yes|verify     TLS; verify: the certificate is checked
  --ssl_ca=FILE           the authority that signed it
  --conf=FILE             MHA's application file: servers, account, and from its
                          settings file TLS and time-outs
  --global_conf=FILE      MHA's global file, if not /etc/masterha_default.cnf
  --connect_timeout=SECONDS
                          for one server (3; with --conf as in its settings
                          file). All are asked at once
  --help, --version

What is shown, a server a line, and more below it:
  HOST:PORT               [HOST]:PORT for an IPv6 address
  master                  a server here replicates from it, or one is connected
  replica of HOST:PORT    as named here, else as the replica names its master
  alone                   neither
  IO/SQL:Yes/Yes          the two threads of a replica. Connecting: it tries to
                          reach its master; Preparing; No: stopped
  FILE:POSITION           of a master its own binlog; of a replica what it has
                          executed of its master's. (MySQL with several appliers
                          moves it late; there GTIDs count.)
  5 s                     Seconds_Behind_Master; - while a thread does not run
  read FILE:POSITION      received and not executed yet
  own binlog FILE:...     the replica's own
  read_only               or super_read_only, or takes writes
  gtid                    gtid_current_pos (and "in binlog" gtid_binlog_pos, if
                          another); gtid_executed with the first eight digits of
                          each UUID
  semi-sync               on as source or replica, and whether in effect
Of several channels, each has a line with its name.

Level means: the replica has executed all that its master had written when it
was asked. The master is asked first, then the replica, for one second at most
until it is there; it may so show a later position than a busy master. What the
master has written since, and whether the rows are the same, is another matter.

The account needs REPLICATION CLIENT (MySQL), or SLAVE MONITOR, BINLOG MONITOR
(MariaDB); with PROCESS it also sees connected replicas that are not named.

Files
  ~/.my.cnf               account and password, without --conf
  NAME.helper.cnf         the settings beside MHA's NAME.cnf, with --conf

Exit: 0 all replicate and are level; 1 not so, or not known; 2 wrong arguments.

Examples
  mysql_replica_status 3306 abc1 def2 ghi3
  mysql_replica_status abc1 def2:3307 '[2001:db8::7]:3306' --user=mon
  mysql_replica_status --conf=/etc/mha/app1.cnf --watch
  mysql_replica_status --conf=/etc/mha/app1.cnf --wait_level=30 && echo level

See also
  mha_check, mysql_online_failover
`;
