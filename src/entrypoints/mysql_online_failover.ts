import { UsageError } from '../base/errors.ts';
import { aliveArguments } from '../mha/masterSwitch.ts';
import { checkOnly } from './checkOnly.ts';
import { findServer, readCluster } from './cluster.ts';
import { agreed } from './preview.ts';
import { requireHook, runSwitch } from './switchRun.ts';
import { openLog } from './terminal.ts';
import { runTool, whereIn } from './tool.ts';

const USAGE = `mysql_online_failover [--conf=FILE] [--new_master_host=HOST [--new_master_port=PORT]] [-- masterha options]

Moves the master of a living cluster with MHA's masterha_master_switch and the hook scripts of this package.
If MHA fails between stop and start, the original master is opened again.

  --conf=FILE              MHA's application file; not needed where there is only one
  --global_conf=FILE       MHA's global file, where it is not /etc/masterha_default.cnf
  --new_master_host=HOST   the replica to become the master; without it MHA chooses
  --new_master_port=PORT   its port, where the configuration lists the host more than once
  --check_only             looks whether the switch would go through, and changes nothing: all that mha_check
                           looks at, then masterha_check_repl, then masterha_master_switch --check_only
  --yes                    does not ask; without a terminal nothing is asked anyway
  --verbose                shows every line of MHA's on a terminal, and not only its phases
  --log_level=LEVEL        error, warning, info or debug
  --                       what follows is passed to masterha_master_switch

Exit: MHA's own; 1 also where MHA succeeded and the outcome is not as it should be; 2 wrong arguments.
With --check_only: 0 where all three pass, else 1.
`;

const NAMES = {
  values: ['new_master_host', 'new_master_port'],
  flags: ['check_only', 'yes', 'verbose'],
};

await runTool(USAGE, NAMES, async ({ invocation, options }) => {
  const wrong = [
    ...options.problems,
    ...options.unknown.map((o) => `${o} is unknown; masterha's own options go after --`),
  ];
  wrong.push(...options.words.map((word) => `unexpected argument: ${word}`));
  if (wrong.length > 0) throw new UsageError(wrong.join('\n'));
  const log = openLog(options.values.get('log_level'));
  const where = whereIn(options);
  if (options.flags.has('check_only')) return checkOnly({ invocation, options });
  const cluster = await readCluster({ ...where, env: invocation.env });
  requireHook(cluster, 'master_ip_online_change_script');
  const host = options.values.get('new_master_host');
  const port = options.values.get('new_master_port');
  const newMaster = host === undefined ? undefined : findServer(cluster, host, port);
  const args = aliveArguments(cluster.config.file, newMaster, options.after);
  const verbose = options.flags.has('verbose');
  const run = { cluster, invocation, log, args, globalConf: where.globalConf, verbose };
  if (await agreed(run, newMaster, options.flags.has('yes'))) return runSwitch(run);
  invocation.print('nothing was done');
  return 1;
});
