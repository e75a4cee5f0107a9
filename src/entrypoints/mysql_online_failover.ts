import { UsageError } from '../base/errors.ts';
import { aliveArguments, optionAmong } from '../mha/masterSwitch.ts';
import { parseOptions } from '../mha/options.ts';
import { findServer, readCluster } from './cluster.ts';
import { requireHook, runSwitch } from './switchRun.ts';
import { openLog, packageVersion, run } from './terminal.ts';

const USAGE = `mysql_online_failover [--conf=FILE] [--new_master_host=HOST [--new_master_port=PORT]] [-- masterha options]

Moves the master of a living cluster with MHA's masterha_master_switch and the hook scripts of this package.
If MHA fails between stop and start, the original master is opened again.

  --conf=FILE              MHA's application file; not needed where there is only one
  --new_master_host=HOST   the replica to become the master; without it MHA chooses
  --new_master_port=PORT   its port, where the configuration lists the host more than once
  --log_level=LEVEL        error, warning, info or debug
  --                       what follows is passed to masterha_master_switch

Exit: MHA's own; 1 also where MHA succeeded and the outcome is not as it should be; 2 wrong arguments.
`;

const NAMES = {
  values: ['conf', 'new_master_host', 'new_master_port', 'log_level'],
  flags: ['help', 'version'],
};

await run(async (invocation) => {
  const options = parseOptions(invocation.argv, NAMES);
  if (options.flags.has('help') || options.flags.has('version')) {
    invocation.print(options.flags.has('help') ? USAGE.trimEnd() : packageVersion());
    return 0;
  }
  const wrong = [
    ...options.problems,
    ...options.unknown.map((o) => `${o} is unknown; masterha's own options go after --`),
  ];
  wrong.push(...options.words.map((word) => `unexpected argument: ${word}`));
  if (wrong.length > 0) throw new UsageError(wrong.join('\n'));
  const log = openLog(options.values.get('log_level'));
  const globalConf = optionAmong(options.after, 'global_conf');
  const cluster = await readCluster({ conf: options.values.get('conf'), env: invocation.env, globalConf });
  requireHook(cluster, 'master_ip_online_change_script');
  const host = options.values.get('new_master_host');
  const port = options.values.get('new_master_port');
  const newMaster = host === undefined ? undefined : findServer(cluster, host, port);
  const args = aliveArguments(cluster.config.file, newMaster, options.after);
  return runSwitch({ cluster, invocation, log, args, globalConf });
});
