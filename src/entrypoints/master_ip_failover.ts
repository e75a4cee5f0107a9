import { nameOf } from '../base/server.ts';
import { type HookCommand, runHook } from './hook.ts';

const USAGE = `master_ip_failover --command=stop|stopssh|start|status [--conf=FILE] --orig_master_host=HOST ...

MHA's master_ip_failover_script, for a dead master. In MHA's file write
  master_ip_failover_script = /path/to/master_ip_failover --conf=/etc/mha/app1.cnf

  --command=stop|stopssh  nothing is owed to a dead master: exit 0
  --command=start         opens the new master and switches the events on
  --command=status        checks configuration, candidates and privileges; changes nothing
  --conf=FILE             MHA's application file; without it, the one that lists the original master
  --global_conf=FILE      MHA's global file, where it is not /etc/masterha_default.cnf
  --log_level=LEVEL       error, warning, info or debug

Exit: 0 done; 10 the new master is open but something beside it failed (start only); 1 failed; 2 wrong arguments.
`;

const nothingOwed: HookCommand = {
  needs: ['orig_master'],
  load:
    async () =>
    async ({ args, log }) => {
      const name = args.origMaster ? nameOf(args.origMaster) : 'the original master';
      log.info(`${name} is dead: nothing to take from it; its accounts stay as they are`);
      return 0;
    },
};

await runHook(USAGE, {
  stop: nothingOwed,
  stopssh: nothingOwed,
  start: {
    needs: ['orig_master', 'new_master'],
    inSpiteOfProblems: true,
    load: async () => (await import('./startCommand.ts')).startCommand,
  },
  status: { needs: ['orig_master'], load: async () => (await import('./statusCommand.ts')).statusCommand },
});
