import { STAY_CLOSED } from '../../mha/stayClosed.ts';
import { startAs, statusAs } from '../hook/common.ts';
import { type HookCommand, runHook } from '../hook/hook.ts';

const USAGE = `master_ip_failover - MHA's master_ip_failover_script, for a dead master

Usage
  master_ip_failover --command=COMMAND [options] --orig_master_host=HOST ...

MHA calls it with its own arguments. In MHA's file write (on one line)
  master_ip_failover_script =
    /path/to/master_ip_failover --conf=/etc/mha/app1.cnf

Options
  --command=stop|stopssh  fences the dead master. stopssh: its host answers ssh;
                          ends its server there, and keeps it from starting.
                          stop: runs fence_command, if there is one
  --command=start         opens the new master and switches the events on; under
                          MHA's --skip_disable_read_only leaves a new master
                          that is read_only as it is
  --command=status        checks configuration, candidates and privileges, and
                          records which events are on and what a fence needs,
                          for a failover; masterha_check_repl runs it
  --conf=FILE             MHA's application file; without it, the one that lists
                          the original master
  --global_conf=FILE      MHA's global file, if not /etc/masterha_default.cnf
  --log_level=LEVEL       error, warning, info (default) or debug
  --orig_master_host=HOST, --orig_master_ip=IP, --orig_master_port=PORT
                          the dead master; as MHA passes them
  --new_master_host=HOST, --new_master_ip=IP, --new_master_port=PORT,
  --new_master_user=NAME, --new_master_password=WORD
                          the new master, for start; as MHA passes them
  --help, --version

Unknown options are ignored, with a warning.

Files
  NAME.helper.cnf         the settings, beside MHA's NAME.cnf
  manager_workdir/mha-helper/HOST_PORT.events
                          which events status saw on at the living master
  manager_workdir/mha-helper/HOST_PORT.server
                          what it saw of the server and its process, for a fence
  manager_workdir/mha-helper/history
                          the record that a failover leaves

Exit: 0 done; 10 MHA goes on, but start left something to do beside opening the
new master, or the dead master is not fenced; 1 failed; 2 wrong arguments.

Examples
  master_ip_failover --command=status --conf=/etc/mha/app1.cnf \\
    --orig_master_host=192.0.2.1

See also
  master_ip_online_change, mysql_failover, mha_fence, mha_recover, mha_report
`;

const fenceAs = (mode: 'stop' | 'stopssh'): HookCommand => ({
  needs: ['orig_master'],
  load: async () => {
    const { fenceCommand } = await import('./fenceCommand.ts');
    return (call) => fenceCommand(call, mode);
  },
});

const start = startAs('dead');

void runHook(USAGE, {
  stop: fenceAs('stop'),
  stopssh: fenceAs('stopssh'),
  start: {
    ...start,
    load: async () => (process.env[STAY_CLOSED] ? (await import('./failoverStart.ts')).startUnderSkip : start.load()),
  },
  status: statusAs('failover'),
});
