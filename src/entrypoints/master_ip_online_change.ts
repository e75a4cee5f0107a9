import { runHook } from './hook.ts';

const USAGE = `master_ip_online_change --command=stop|start|status [--conf=FILE] --orig_master_host=HOST ...

MHA's master_ip_online_change_script. MHA calls it with its own arguments; in MHA's file write
  master_ip_online_change_script = /path/to/master_ip_online_change --conf=/etc/mha/app1.cnf

  --command=stop    shuts the applications out of the original master; undoes everything if it fails
  --command=start   opens the new master, gives the privileges back, switches the events on
  --command=status  checks configuration, servers and privileges; changes nothing
  --conf=FILE       MHA's application file; without it, the one that lists the original master
  --global_conf=FILE MHA's global file, where it is not /etc/masterha_default.cnf
  --log_level=LEVEL error, warning, info or debug
  --orig_master_host, _ip, _port, _user, _password; --new_master_host, ...   as MHA passes them

Exit: 0 done; 10 the new master is open but something beside it failed (start only); 1 failed; 2 wrong arguments.
`;

await runHook(USAGE, {
  stop: { needs: ['orig_master', 'new_master'], load: async () => (await import('./stopCommand.ts')).stopCommand },
  start: {
    needs: ['orig_master', 'new_master'],
    inSpiteOfProblems: true,
    load: async () => (await import('./startCommand.ts')).startCommand,
  },
  status: { needs: ['orig_master'], load: async () => (await import('./statusCommand.ts')).statusCommand },
});
