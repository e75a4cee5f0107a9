import { type Finding, warning } from '../../../base/finding.ts';
import { type ClientSession, look } from '../../../capabilities/sessions/clients.ts';
import { isRunning, isUpdate, type RunningThread, readThreads } from '../../../capabilities/sessions/running.ts';
import type { Check, CheckContext, CheckedServer } from '../context.ts';
import { each, othersOf, someOf, whereOf } from './each.ts';

/**
 * MHA's limits for an online switch: `--running_updates_limit`, 1 s by default, refuses from a second more on;
 * `--running_seconds_limit`, 10 s (MasterRotate.pm).
 */
const UPDATE_SECONDS = 2;
const QUERY_SECONDS = 10;

/** What runs on the master longer than a switch lets it, and what MHA would not begin beside. */
export const transactions: Check = {
  title: 'long transactions',
  run: async (context) => {
    const { master } = context;
    const candidates = othersOf(context).filter((server) => server.mayBeMaster);
    const found = await Promise.all([
      each(master ? [master] : [], (server) => onMaster(context, server)),
      each(candidates, onCandidate),
    ]);
    return found.flat();
  },
};

async function onMaster({ settings, rules }: CheckContext, master: CheckedServer): Promise<Finding[]> {
  const sessions = await look(master.session, rules.mhaUsers);
  const updates = (await readThreads(master.session)).filter((t) => isUpdate(t) && t.seconds >= UPDATE_SECONDS);
  const long = sessions.filter((s) => isLong(s, settings.drainMs));
  return [
    ...finding(
      master,
      'long_transaction',
      long.map(
        ({ user, host, id, seconds }) => `${user} from ${host} (connection ${id}), a transaction open for ${seconds} s`,
      ),
      `a switch now waits ${settings.drainMs / 1000} s (kill_after_timeout), then ends it, and its work is lost`,
    ),
    ...finding(
      master,
      'long_update',
      updates.map(told),
      'MHA refuses an online switch while it runs: wait, end it, or --running_updates_limit',
    ),
  ];
}

/** A busy session whose transaction was open before the drain would have begun. */
function isLong({ state, inTransaction = false, seconds }: ClientSession, drainMs: number): boolean {
  return state === 'busy' && inTransaction && seconds * 1000 >= drainMs && seconds > 0;
}

async function onCandidate(server: CheckedServer): Promise<Finding[]> {
  const running = (await readThreads(server.session)).filter((t) => isRunning(t) && t.seconds >= QUERY_SECONDS);
  const advice = 'MHA does not make it the new master online while it runs: wait, end it, or --running_seconds_limit';
  return finding(server, 'long_query', running.map(told), advice);
}

function told({ user, host, id, seconds, command }: RunningThread): string {
  return `${user} from ${host || 'the server itself'} (connection ${id}), ${command} for ${seconds} s`;
}

function finding(server: CheckedServer, code: string, who: readonly string[], advice: string): Finding[] {
  if (who.length === 0) return [];
  return [warning(code, whereOf(server), `busy: ${someOf(who)}`, advice)];
}
