import { startAs, statusAs } from '../hook/common.ts';
import { runHook } from '../hook/hook.ts';

const USAGE = `master_ip_online_change - MHA's master_ip_online_change_script

Usage
  master_ip_online_change --command=COMMAND [options] --orig_master_host=HOST
    --new_master_host=HOST ...

MHA calls it with its own arguments to move a living master. In MHA's file write
(on one line)
  master_ip_online_change_script =
    /path/to/master_ip_online_change --conf=/etc/mha/app1.cnf

Options
  --command=stop          shuts the applications out of the original master;
                          undoes everything if that fails
  --command=start         opens the new master, gives the privileges back, and
                          switches the events on
  --command=status        checks configuration, servers and privileges, and
                          changes nothing
  --conf=FILE             MHA's application file; without it, the one that lists
                          the original master
  --global_conf=FILE      MHA's global file, if not /etc/masterha_default.cnf
  --log_level=LEVEL       error, warning, info (default) or debug
  --orig_master_host=HOST, --orig_master_ip=IP, --orig_master_port=PORT,
  --orig_master_user=NAME, --orig_master_password=WORD
  --new_master_host=HOST, --new_master_ip=IP, --new_master_port=PORT,
  --new_master_user=NAME, --new_master_password=WORD
                          the two servers, as MHA passes them; default: port
                          3306, account and password of MHA's file
  --help, --version

Unknown options are ignored, with a warning.

Files
  NAME.helper.cnf         the settings, beside MHA's NAME.cnf
  manager_workdir/mha-helper
                          the journal of a switch that is open; later in history

Exit: 0 done; 10 the new master is open but something else failed (start only),
and MHA goes on; 1 failed: stop has undone what it did, start could not open the
new master; 2 wrong arguments.

Examples
  master_ip_online_change --command=status --conf=/etc/mha/app1.cnf \\
    --orig_master_host=192.0.2.1

See also
  master_ip_failover, mysql_online_failover, mha_check, mha_recover
`;

void runHook(USAGE, {
  stop: { needs: ['orig_master', 'new_master'], load: async () => (await import('./stopCommand.ts')).stopCommand },
  start: startAs('planned'),
  status: statusAs('planned'),
});
