import { ServerError } from '../../base/errors.ts';
import { type HeldLock, readHeldLocks } from '../../capabilities/sessions/locks.ts';
import type { Step } from '../engine/step.ts';
import { pollUntil } from '../engine/waiting.ts';
import { atOrigMaster, type SwitchContext } from '../switch/context.ts';
import type { ClientSessions } from './sessions/index.ts';
import { describe, type SessionNow } from './sessions/sessionNow.ts';

/** A lock has so long to go even when the drain time is over. */
const LEAST_MS = 500;

/**
 * A lock that an idle session of a kept account holds would stop REVOKE or read_only when everybody is shut out already.
 * It gets what is left of the drain time; then `stop` fails, with nobody shut out. An application's own session is ended
 * by the drain, and its lock with it.
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
  const session = await context.sessions.withoutBinlog(context.origMaster);
  const locks = await readHeldLocks(session);
  if (locks.length === 0) return undefined;
  const kept = (await clients.look(session)).filter((s) => s.kept && s.state === 'idle');
  return locks.map((lock) => whoHolds(lock, kept)).find((text) => text !== undefined);
}

/** In words; undefined if only a session that the drain ends can hold it. Pure. */
export function whoHolds(lock: HeldLock, kept: readonly SessionNow[]): string | undefined {
  const perhaps = kept.filter((s) => lock.session === undefined || s.id === lock.session);
  if (perhaps.length === 0) return undefined;
  const who = lock.session === undefined ? 'held by one of these idle sessions' : 'held by the idle session';
  return `${lock.what}, ${who}: ${describe(perhaps)}`;
}
