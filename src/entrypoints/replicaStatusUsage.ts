/** What `mysql_replica_status --help` prints. */
export const REPLICA_STATUS_USAGE = `mysql_replica_status PORT HOST... [options]
mysql_replica_status HOST[:PORT]... [options]
mysql_replica_status --conf=FILE [HOST...] [options]

Shows how servers replicate, whether all are level, and what errors mean. Changes
nothing. The port is 3306 unless told; an IPv6 address with a port stands in
brackets. With --conf, all servers of MHA's file, or those named.

  --watch[=SECONDS]      looks again every second, or as often as told: redraws in
                         place on a terminal, appends otherwise; what has moved is
                         bold and has a *; Ctrl-C ends it
  --wait_level[=SECONDS] returns as soon as all replicate and are level, or after so
                         many seconds (60)
  --json                 one JSON object; with --watch one a line
  --user=NAME            else from the option file, else your login name
  --defaults_file=FILE   option file of the mysql client to read user and password
                         from, instead of ~/.my.cnf ([client] and [mysql])
  --password=WORD        can be seen by everybody on this machine; without it and
                         without an option file it is asked for on the terminal
  --ssl=no|yes|verify    TLS; verify: the certificate is checked
  --ssl_ca=FILE          the authority that signed it
  --conf=FILE            MHA's application file: servers, account and (from its
                         settings file) TLS and time-outs
  --global_conf=FILE     MHA's global file, where it is not
                         /etc/masterha_default.cnf
  --connect_timeout=SECONDS  for one server; all are asked at once (3; with --conf
                         connect_timeout of the settings file)

What is shown, a server a line and more below it:
  HOST:PORT              [HOST]:PORT for an IPv6 address
  master                 a server here replicates from it, or one is connected
  replica of HOST:PORT   as named here, else as the replica names its master
  alone                  neither
  IO/SQL:Yes/Yes         the two threads of a replica; Connecting: it tries to reach
                         its master; Preparing; No: stopped
  FILE:POSITION          of a master its own binlog; of a replica what it has
                         executed of its master's (MySQL with several appliers moves
                         it late, and GTIDs count)
  5 s                    Seconds_Behind_Master; - while a thread does not run
  read FILE:POSITION     received and not executed yet
  own binlog FILE:POS.   the replica's own binlog
  read_only              or super_read_only, or takes writes
  gtid                   gtid_current_pos (gtid in binlog: gtid_binlog_pos where it
                         is another); gtid_executed with the first eight digits of
                         each UUID
  semi-sync              switched on as source or replica, and whether in effect
  (of several channels, each has a line, with its name)

Level means: the replica has executed all that its master had written when it was
asked. The master is asked first, then the replica, for one second at most until
it is there. It may so show a later position than a busy master. What the master
has written since, and whether the rows are the same, is another matter.

The account needs REPLICATION CLIENT (MySQL), or SLAVE MONITOR and BINLOG MONITOR
(MariaDB); PROCESS to see connected replicas that are not named.
START REPLICA is START SLAVE on MySQL 5.7.

Exit: 0 all replicate and are level; 1 not so, or not known; 2 wrong arguments.

  mysql_replica_status 3306 abc1 def2 ghi3
  mysql_replica_status abc1 def2:3307 '[2001:db8::7]:3306' --user=mon
  mysql_replica_status --conf=/etc/mha/app1.cnf --watch
  mysql_replica_status --conf=/etc/mha/app1.cnf --wait_level=30 && echo level
`;
