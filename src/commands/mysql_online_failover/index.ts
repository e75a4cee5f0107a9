import { aliveArguments } from '../../mha/masterSwitch.ts';
import { refuseOptions } from '../../mha/options.ts';
import { runTool } from '../cli/tool.ts';
import { agreed } from '../wrapper/preview.ts';
import { newMasterIn, runWrapper, type Wrapper, wrongForMha } from '../wrapper/runWrapper.ts';
import { checkOnly } from './checkOnly.ts';

const USAGE = `mysql_online_failover - moves the master of a living cluster with MHA

Usage
  mysql_online_failover [--conf=FILE] [--new_master_host=HOST] [options]
    [-- masterha options]
  mysql_online_failover [--conf=FILE] [--new_master_host=HOST] --check_only

Shows the servers and what the switch will do; on a terminal, asks. Then runs
MHA's masterha_master_switch with the hook scripts of this package, and shows
its phases. If MHA fails between stop and start, it opens the original master
again. At the end it compares all servers and shows the record of the switch.

Options
  --conf=FILE             MHA's application file; needed if there are several
  --global_conf=FILE      MHA's global file, if not /etc/masterha_default.cnf
  --new_master_host=HOST  the replica to become the master; without it MHA
                          chooses
  --new_master_port=PORT  its port, if MHA's file lists the host more than once
  --check_only            checks whether the switch would succeed, and changes
                          nothing: runs mha_check, masterha_check_repl and
                          masterha_master_switch --check_only
  --yes                   does not ask; without a terminal it never asks
  --verbose               shows every line of MHA, not only its phases
  --log_level=LEVEL       error, warning, info (default) or debug
  --                      what follows is passed to masterha_master_switch
  --help, --version

Files
  NAME.helper.cnf         the settings, beside MHA's NAME.cnf
  manager_workdir/mha-helper
                          the journal of an open switch; later in history

Exit: 0 MHA succeeded and all is well; 1 MHA failed, something is wrong, or the
answer was no; or another code of MHA; 2 wrong arguments.
With --check_only: 0 all three pass; 1 one does not.

Examples
  mysql_online_failover --conf=/etc/mha/app1.cnf --check_only
  mysql_online_failover --conf=/etc/mha/app1.cnf --new_master_host=192.0.2.2

See also
  mha_check, mha_report, mha_recover, mysql_failover, master_ip_online_change
`;

const NAMES = {
  values: ['new_master_host', 'new_master_port'],
  flags: ['check_only', 'yes', 'verbose'],
};

await runTool(USAGE, NAMES, async (call) => {
  const { options } = call;
  refuseOptions([...wrongForMha(options), ...options.words.map((word) => `unexpected argument: ${word}`)]);
  if (options.flags.has('check_only')) return checkOnly(call);
  const plan: Wrapper['plan'] = (cluster) => {
    const newMaster = newMasterIn(options, cluster);
    return { newMaster, args: aliveArguments(cluster.config.file, newMaster, options.after) };
  };
  return runWrapper(call, { hook: 'master_ip_online_change_script', plan, agreed });
});
