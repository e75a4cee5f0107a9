import { systemClock } from '../../adapters/clock.ts';
import { standardError, standardOutput } from '../../adapters/terminal/output.ts';
import { screenOn } from '../../adapters/terminal/screen.ts';
import { refuseOptions } from '../../mha/options.ts';
import { lookAtReplication } from '../../procedures/status/look.ts';
import { runTool, type ToolCall, wrongIn } from '../cli/tool.ts';
import { type Looked, lookedAt, secondsOf } from './call.ts';
import { exitCode, type Looking, printed, waitLevel, watch } from './watch.ts';

const USAGE = `mysql_replica_status - shows how servers replicate, and whether all are level

Usage
  mysql_replica_status PORT HOST... [options]
  mysql_replica_status HOST[:PORT]... [options]
  mysql_replica_status --conf=FILE [HOST...] [options]

It also explains replication errors and what to do. It changes nothing. The
default port is 3306; an IPv6 address with a port is in brackets. With --conf:
all servers of MHA's file, or those named.

Options
  --watch[=SECONDS]       looks again every second, or at this interval: redraws
                          in place on a terminal, appends otherwise. What has
                          moved is bold and has a *. Ctrl-C ends it
  --wait_level[=SECONDS]  returns as soon as all replicate and are level, but
                          at the latest after this time (60)
  --json                  one JSON object; with --watch one per line
  --user=NAME             default: from the option file, else your login name
  --defaults_file=FILE    the mysql client's option file for user and password
                          instead of ~/.my.cnf ([client] and [mysql] are read)
  --password=WORD         everybody on this machine can see it. By default from
                          the option file, else asked for on the terminal
  --ssl=no|yes|verify     TLS; verify: the certificate is checked
  --ssl_ca=FILE           the authority that signed it
  --conf=FILE             MHA's application file: servers, account, and from its
                          settings file TLS and time-outs
  --global_conf=FILE      MHA's global file, if not /etc/masterha_default.cnf
  --connect_timeout=SECONDS
                          for each server; all are asked at once (3; with --conf
                          as in its settings file)
  --help, --version

Output: a line per server, and more below it
  HOST:PORT               [HOST]:PORT for an IPv6 address
  master                  a server here replicates from it, or one is connected
  replica of HOST:PORT    as named here, else as the replica names its master
  alone                   neither
  IO/SQL:Yes/Yes          the two threads of a replica. Connecting: it tries to
                          reach its master; Preparing; No: stopped
  FILE:POSITION           of a master its own binlog; of a replica what it has
                          executed of its master's. (MySQL with several appliers
                          updates it late; GTIDs are exact.)
  5 s                     Seconds_Behind_Master; - if a thread is stopped
  read FILE:POSITION      received but not yet executed
  own binlog FILE:...     the replica's own
  read_only               or super_read_only, or takes writes
  gtid                    gtid_current_pos (and "in binlog" gtid_binlog_pos, if
                          another); gtid_executed with the first eight digits of
                          each UUID
  semi-sync               on as source or replica, and whether in effect
Each of several channels has a line with its name.

TWO MASTERS comes first: two servers take writes and replicate from none of the
others. Without --conf only if one of them has no replica among those named.

Level means: the replica has executed everything that its master had written
when it was asked. The master is asked first, then the replica, for at most one
second, so it may show a later position than a busy master. It does not mean
that the rows are the same.

The account needs REPLICATION CLIENT (MySQL), or SLAVE MONITOR, BINLOG MONITOR
(MariaDB); with PROCESS it also sees connected replicas that are not named.

Files
  ~/.my.cnf               account and password, without --conf
  NAME.helper.cnf         the settings beside MHA's NAME.cnf, with --conf

Exit: 0 all replicate and are level; 1 not so, or unknown; 2 wrong arguments.

Examples
  mysql_replica_status 3306 abc1 def2 ghi3
  mysql_replica_status abc1 def2:3307 '[2001:db8::7]:3306' --user=mon
  mysql_replica_status --conf=/etc/mha/app1.cnf --watch
  mysql_replica_status --conf=/etc/mha/app1.cnf --wait_level=30 && echo level

See also
  mha_check, mysql_online_failover
`;

const NAMES = {
  values: ['user', 'password', 'defaults_file', 'ssl', 'ssl_ca', 'connect_timeout', 'watch', 'wait_level'],
  flags: ['json'],
  mayBeEmpty: ['password'],
  alone: { watch: '1', wait_level: '60' },
};

/** How long a hanging connection may delay the end. */
const CLOSE_MS = 300;
const SLOW_MS = 2000;

await runTool(USAGE, NAMES, async (call) => {
  const { options } = call;
  const wrong = wrongIn(options);
  if (options.values.has('watch') && options.values.has('wait_level'))
    wrong.push('--watch and --wait_level exclude each other');
  refuseOptions(wrong);
  const every = secondsOf(options, 'watch');
  const limit = secondsOf(options, 'wait_level');
  const looked = await lookedAt(call, tell);
  const looking = lookingAt(call, looked);
  try {
    if (every !== undefined) return await watch(looking, every);
    if (limit !== undefined) return await waitLevel(looking, limit);
    const seen = await looking.look();
    looking.print(printed(looking, seen, true));
    return exitCode(seen);
  } finally {
    await Promise.race([looked.sessions.closeAll(), systemClock.sleep(CLOSE_MS)]);
  }
});

function lookingAt(call: ToolCall, { targets, sessions, answerMs, oneCluster }: Looked): Looking {
  const { signal, env, print } = call.invocation;
  const screen = screenOn(standardOutput());
  const context = { sessions: sessions.under(signal), clock: systemClock, signal };
  // A progress line would break the picture that `--watch` redraws.
  const watching = call.options.values.has('watch');
  let drawn = false;
  const look = () => orAborted(lookAtReplication(context, targets, { answerMs, oneCluster }), signal);
  return {
    look: () => (drawn ? look() : withProgress(look(), targets.length).finally(() => (drawn = watching))),
    ...{ print, tell, signal, screen },
    now: systemClock.now,
    ticks: systemClock.ticks,
    sleep: (ms) => systemClock.sleep(ms, signal),
    colour: screen.isTerminal && !env.NO_COLOR,
    json: call.options.flags.has('json'),
  };
}

/** Ends at the signal, whatever a connection is waiting for. */
function orAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

async function withProgress<Result>(work: Promise<Result>, servers: number): Promise<Result> {
  const slow = setInterval(() => tell(`waiting for the answers of ${servers} servers`), SLOW_MS);
  try {
    return await work;
  } finally {
    clearInterval(slow);
  }
}

function tell(text: string): void {
  standardError().write(`${text}\n`);
}
