import { ServerError } from '../../base/errors.ts';
import { type HeldLock, readHeldLocks } from '../../capabilities/sessions/locks.ts';
import type { Step } from '../engine/step.ts';
import { pollUntil } from '../engine/waiting.ts';
import { atOrigMaster, origSession, type SwitchContext } from '../switch/context.ts';
import type { ClientSessions } from './sessions/index.ts';
import { describe, type SessionNow } from './sessions/sessionNow.ts';

/** How long a lock may stay even if the drain time is over. */
const LEAST_MS = 500;

/**
 * A lock held by an idle session of a kept account would block REVOKE or read_only while everybody is shut out. It may stay
 * for the rest of the drain time; then `stop` fails, with nobody shut out. The drain ends an application's session and its lock.
 */
export function noLocks(clients: ClientSessions): Step<SwitchContext, null> {
  return {
    name: 'locks',
    ...atOrigMaster('locks that would hold it up'),
    do: async (context) => {
      const limitMs = Math.max(clients.drainOver(context) - context.clock.ticks(), LEAST_MS);
      const wait = { stepMs: 25, limitMs, what: 'locks to go' };
      const left = await pollUntil(context, wait, () => inTheWay(clients, context));
      if (left) throw new ServerError(`${left}. Nobody was shut out. End that session or let it unlock, and try again`);
    },
  };
}

async function inTheWay(clients: ClientSessions, context: SwitchContext): Promise<string | undefined> {
  const session = await origSession(context);
  const locks = await readHeldLocks(session);
  if (locks.length === 0) return undefined;
  const kept = (await clients.look(session)).filter((s) => s.kept && s.state === 'idle');
  return locks.map((lock) => whoHolds(lock, kept)).find((text) => text !== undefined);
}

/** In words; undefined if only a session that the drain ends can hold it. */
function whoHolds(lock: HeldLock, kept: readonly SessionNow[]): string | undefined {
  const perhaps = kept.filter((s) => lock.session === undefined || s.id === lock.session);
  if (perhaps.length === 0) return undefined;
  const who = lock.session === undefined ? 'held by one of these idle sessions' : 'held by the idle session';
  return `${lock.what}, ${who}: ${describe(perhaps)}`;
}
