import { type Finding, warning } from '../../../base/finding.ts';
import { type ClientSession, readClients } from '../../../capabilities/sessions/clients.ts';
import { isRunning, isUpdate, type RunningThread, readThreads } from '../../../capabilities/sessions/running.ts';
import type { Check, CheckContext, CheckedServer } from '../context.ts';
import { candidatesOf, each, someOf, whereOf } from './each.ts';

/** MHA refuses an online switch above `--running_updates_limit` (1 s), or from `--running_seconds_limit` (10 s) on. */
const UPDATE_SECONDS = 2;
const QUERY_SECONDS = 10;

/** What runs longer on the master than a switch allows, and what makes MHA refuse to begin. */
export const transactions: Check = {
  title: 'long transactions',
  run: async (context) => {
    const { master } = context;
    const found = await Promise.all([
      each(master ? [master] : [], (server) => onMaster(context, server)),
      each(candidatesOf(context), onCandidate),
    ]);
    return found.flat();
  },
};

async function onMaster({ settings, rules }: CheckContext, master: CheckedServer): Promise<Finding[]> {
  const sessions = await readClients(master.session, rules.mhaUsers);
  const updates = (await readThreads(master.session)).filter((t) => isUpdate(t) && t.seconds >= UPDATE_SECONDS);
  const long = sessions.filter((s) => isLong(s, settings.drainMs));
  const waits = `a switch now waits ${settings.drainMs / 1000} s (kill_after_timeout), then ends it, and its work is lost`;
  const refuses = 'MHA refuses an online switch while it runs: wait, end it, or --running_updates_limit';
  const open = long.map((session) => `${whoOf(session)}, a transaction open for ${session.seconds} s`);
  return [
    ...finding(master, 'long_transaction', open, waits),
    ...finding(master, 'long_update', updates.map(described), refuses),
  ];
}

/** A busy session whose transaction has been open for at least the drain time. */
function isLong({ state, inTransaction = false, seconds }: ClientSession, drainMs: number): boolean {
  return state === 'busy' && inTransaction && seconds * 1000 >= drainMs && seconds > 0;
}

async function onCandidate(server: CheckedServer): Promise<Finding[]> {
  const running = (await readThreads(server.session)).filter((t) => isRunning(t) && t.seconds >= QUERY_SECONDS);
  const advice = 'MHA does not make it the new master online while it runs: wait, end it, or --running_seconds_limit';
  return finding(server, 'long_query', running.map(described), advice);
}

function described({ seconds, command, ...thread }: RunningThread): string {
  return `${whoOf(thread)}, ${command} for ${seconds} s`;
}

function whoOf({ user, host, id }: Pick<RunningThread, 'user' | 'host' | 'id'>): string {
  return `${user} from ${host || 'the server itself'} (connection ${id})`;
}

function finding(server: CheckedServer, code: string, who: readonly string[], advice: string): Finding[] {
  if (who.length === 0) return [];
  return [warning(code, whereOf(server), `busy: ${someOf(who)}`, advice)];
}
