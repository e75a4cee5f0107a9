import { ServerError } from '../../../base/errors.ts';
import type { Step } from '../../engine/step.ts';
import { pollUntil } from '../../engine/waiting.ts';
import { atOrigMaster, origSession, type SwitchContext } from '../../switch/context.ts';
import { beforeRevoke, LARGE, rollbackTakesMs } from './decide.ts';
import type { ClientSessions } from './index.ts';
import type { Decision, SessionNow } from './sessionNow.ts';
import { WorkSince } from './workSince.ts';

/**
 * Ends work that has used up its time, and waits for its rollback, while everybody can still work: a rollback of a million rows
 * exceeds any sensible outage. Large transactions that began later get their time here too. If a rollback does not fit into
 * `stop_timeout`, the work is not ended at all.
 * @throws ServerError if large work is left; nobody is shut out then.
 */
export function endLongWork(clients: ClientSessions): Step<SwitchContext, null> {
  const counts = { ended: 0, atWork: 0 };
  return {
    name: 'end long work',
    ...atOrigMaster('overlong work ended'),
    do: async (context) => {
      counts.ended += await untilNoneIsLarge(clients, context);
      counts.atWork = counts.ended;
    },
    counts: () => ({ ...counts }),
  };
}

/** Returns how many sessions it ended. */
export async function untilNoneIsLarge(clients: ClientSessions, context: SwitchContext): Promise<number> {
  const { clock, settings } = context;
  const since = new WorkSince();
  let count = 0;
  const decide = (s: SessionNow): Decision => {
    const atItMs = s.changes < LARGE ? 0 : since.atItMs(s, clock.ticks());
    const past = { ended: clients.wasEnded(s), outOfTime: clients.outOfTime(s), atItMs };
    const rollbackMs = clients.rollbackMs(context);
    const decision = beforeRevoke(s, past, { drainMs: settings.drainMs, rollbackMs });
    if (decision === 'refuse') throw tooLarge(s, rollbackMs);
    return decision;
  };
  const wait = { stepMs: 25, limitMs: clients.rollbackMs(context), what: 'large transactions to end' };
  const left = await pollUntil(context, wait, async () => {
    const { ended, held } = await clients.settle(await origSession(context), decide);
    count += ended.length;
    return held.length > 0 ? held.slice(0, 5).map(inWords).join(', ') : undefined;
  });
  if (left) throw new ServerError(`${left}: still there. Nobody was shut out. Wait until it is over and try again`);
  if (count > 0) context.log.info(`${count} sessions ended whose work outlasted kill_after_timeout`);
  return count;
}

function tooLarge(s: SessionNow, leftMs: number): ServerError {
  const needSeconds = Math.ceil(rollbackTakesMs(s.changes) / 1000);
  return new ServerError(
    `${inWords(s)}: undoing that may take ${needSeconds} s, and stop_timeout leaves ${Math.floor(leftMs / 1000)} s ` +
      'for it. It was not ended, and nobody was shut out. Wait until it is over, or raise stop_timeout',
  );
}

function inWords({ id, user, host, changes, state }: SessionNow): string {
  const rows = changes.toLocaleString('en-US');
  const what = state === 'ending' ? `is being rolled back, ${rows} changed rows to go` : `has changed ${rows} rows`;
  return `connection ${id} (${user}@${host}) ${what}`;
}
