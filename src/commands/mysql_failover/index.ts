import { UsageError } from '../../base/errors.ts';
import { findServer } from '../../cluster/cluster.ts';
import { deadArguments, optionAmong } from '../../mha/masterSwitch.ts';
import { runTool } from '../cli/tool.ts';
import { agreedOnDead } from '../wrapper/preview.ts';
import { runWrapper, type Wrapper, wrongForMha } from '../wrapper/runWrapper.ts';

const USAGE = `mysql_failover - fails over from a dead master with MHA

Usage
  mysql_failover HOST [--conf=FILE] [options] [-- masterha options]
  mysql_failover -d HOST -c FILE

On a terminal, shows the remaining servers and asks. Runs MHA's
masterha_master_switch with the hook scripts of this package, shows its phases,
and compares all servers at the end.

Options
  HOST, -d HOST, --dead_master_host=HOST
                           the dead master, by name or address, as MHA's file
                           lists it
  -c FILE, --conf=FILE     MHA's application file; not needed if only one lists
                           the host
  --global_conf=FILE       MHA's global file, if not /etc/masterha_default.cnf
  --dead_master_port=PORT  its port, if MHA's file lists the host more than once
  --yes                    does not ask; without a terminal it never asks
  --verbose                shows every line of MHA, not only its phases
  --log_level=LEVEL        error, warning, info (default) or debug
  --                       what follows is passed to masterha_master_switch
  --help, --version

Files
  NAME.helper.cnf          the settings, beside MHA's NAME.cnf
  manager_workdir/mha-helper/history
                           the record that a failover leaves

Exit: 0 MHA succeeded and all is well; 1 MHA failed, something is wrong, or the
answer was no; or another code of MHA; 2 wrong arguments.

Examples
  mysql_failover 192.0.2.1 --conf=/etc/mha/app1.cnf

See also
  mysql_replica_status, mha_report, mha_recover, master_ip_failover
`;

const NAMES = {
  values: ['dead_master_host', 'dead_master_port'],
  flags: ['yes', 'verbose'],
  alias: { c: 'conf', d: 'dead_master_host' },
};

await runTool(USAGE, NAMES, async (call) => {
  const { words, values, after } = call.options;
  const hosts = [...words, ...[values.get('dead_master_host') ?? []].flat()];
  const wrong = wrongForMha(call.options);
  const [host] = hosts;
  if (host === undefined || hosts.length > 1)
    wrong.push(`name one dead master, not ${hosts.length}: mysql_failover HOST`);
  if (wrong.length > 0 || host === undefined) throw new UsageError(wrong.join('\n'));
  const port = values.get('dead_master_port');
  const master = { host, ...(port === undefined ? {} : { port: Number(port) }) };
  const plan: Wrapper['plan'] = (cluster) => {
    const dead = findServer(cluster, host, port);
    const followLog = optionAmong(after, 'manager_log') ?? cluster.config.servers[0]?.params.get('manager_log');
    return { dead, followLog, args: deadArguments(cluster.config.file, dead, after) };
  };
  return runWrapper(call, { hook: 'master_ip_failover_script', master, plan, agreed: agreedOnDead });
});
