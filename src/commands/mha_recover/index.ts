import type { Target } from '../../base/server.ts';
import { type Cluster, findServer, readCluster } from '../../cluster/cluster.ts';
import { parseHosts } from '../../config/client/hostList.ts';
import { refuseOptions } from '../../mha/options.ts';
import { openLog } from '../cli/terminal.ts';
import { runTool, whereIn, wrongIn } from '../cli/tool.ts';
import { recoverFrom } from './recoverFrom.ts';
import { recoverJournals } from './recoverJournals.ts';

const USAGE = `mha_recover - undoes or finishes switches that never ended

Usage
  mha_recover [--conf=FILE] [--list] [--dry_run] [--json]
  mha_recover [--conf=FILE] --from=HOST [--dry_run] [--json]

Finds switches that never ended, looks at the servers, and undoes or finishes
each. Never opens a second writer. It may be run again at any time, even after
it was killed. If no switch is open, it closes a server that takes writes beside
the master, if it is certain who that is: all others replicate from it.

Options
  --conf=FILE           MHA's application file; not needed if there is only one
  --global_conf=FILE    MHA's global file, if not /etc/masterha_default.cnf
  --list                shows the open switches and what would be done; changes
                        nothing
  --dry_run             the same, or with --from the statements that would run
  --from=HOST[:PORT]    without a journal: shows what the other servers lack of
                        this server's privileges, and gives it to them directly,
                        with the binlog off
  --close_only          leaves open switches alone, and only closes a second
                        master; for a timer
  --master_is=HOST[:PORT]
                        makes this server the master: closes all others that
                        take writes, opens it, and aligns privileges and events
                        with it; a way out of every state. If no switch is open,
                        it only closes the others, and refuses if the chosen one
                        is closed
  --is_down=HOST[:PORT],...
                        these servers are down and stay down: it need not ask
                        them whether they take writes
  --new_master_is_down  the same for the new master of the switch
  --host_is_dead=NAME   the manager host that ran the switch is dead, with every
                        process on it
  --json                the result as JSON
  --log_level=LEVEL     error, warning, info (default) or debug
  --help, --version

Files
  manager_workdir/mha-helper/*.json   the journals of open switches
  manager_workdir/mha-helper/history  those that have ended
  (or another folder: journal_dir in the settings)

Exit: 0 no switch is left open, and no second master; 1 one is; 2 wrong
arguments.

Examples
  mha_recover --conf=/etc/mha/app1.cnf --list
  mha_recover --conf=/etc/mha/app1.cnf
  mha_recover --conf=/etc/mha/app1.cnf --from=192.0.2.2 --dry_run

See also
  mysql_online_failover, mysql_failover, mha_report; docs/what-if.md
`;

const NAMES = {
  values: ['from', 'host_is_dead', 'is_down', 'master_is'],
  flags: ['list', 'dry_run', 'json', 'new_master_is_down', 'close_only'],
};

await runTool(USAGE, NAMES, async ({ invocation, options }) => {
  const wrong = wrongIn(options, options.words);
  const from = options.values.get('from');
  if (from !== undefined && options.flags.has('close_only')) wrong.push('--close_only and --from exclude each other');
  if (from !== undefined && options.flags.has('list')) wrong.push('--list and --from exclude each other');
  refuseOptions(wrong);
  const json = options.flags.has('json');
  const log = openLog(json ? 'error' : options.values.get('log_level'), json ? 'stderr' : 'stdout');
  const cluster = await readCluster({ ...whereIn(options), env: invocation.env });
  const dryRun = options.flags.has('dry_run') || options.flags.has('list');
  const closeOnly = options.flags.has('close_only');
  const call = { cluster, invocation, log, dryRun, json, closeOnly };
  if (from !== undefined) return recoverFrom(call, from);
  const deadHosts = [options.values.get('host_is_dead') ?? []].flat();
  const [master] = serversNamed(cluster, options.values.get('master_is'));
  const saidDown = serversNamed(cluster, options.values.get('is_down'));
  const newMasterIsDown = options.flags.has('new_master_is_down');
  return recoverJournals({ ...call, master }, { newMasterIsDown, saidDown, deadHosts });
});

/** `HOST[:PORT],…`; the port is needed only if the configuration lists the host more than once. */
function serversNamed(cluster: Cluster, text: string | undefined): Target[] {
  const named = text === undefined ? [] : parseHosts(text.split(','));
  return named.map(({ host, port, portGiven }) => findServer(cluster, host, portGiven ? port : undefined));
}
