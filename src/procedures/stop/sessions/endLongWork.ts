import { ServerError } from '../../../base/errors.ts';
import { nameOf } from '../../../base/server.ts';
import { endSessions, isSameWork, type Work } from '../../../capabilities/sessions/clients.ts';
import { noop, type Step } from '../../engine/step.ts';
import { pollUntil } from '../../engine/waiting.ts';
import type { SwitchContext } from '../../switch/context.ts';
import type { StopFacts } from '../facts.ts';
import { hadItsTime, lookAtAll, type SessionNow } from './longWork.ts';

/** To undo fewer changes than this takes no time worth mentioning. */
const MANY = 10_000;
/** A cautious guess (MariaDB 10.11 on two cores undid about 100,000 in a second). */
const UNDONE_A_SECOND = 50_000;
/** What the steps after it may need of `stop_timeout`. */
const REST_MS = 5000;

/**
 * Ends work that had its time, and waits for its rollback, while everybody can still work: a rollback of a million rows
 * outlasts every limit that is sound while nobody can write. Large transactions that began later get their time here too.
 * What cannot be undone within `stop_timeout` is not ended at all.
 * @throws ServerError if large work is left; nobody is shut out then.
 */
export function endLongWork(facts: StopFacts): Step<SwitchContext, null> {
  const counts = { ended: 0, atWork: 0 };
  return {
    name: 'end long work',
    title: (context) => `original master ${nameOf(context.origMaster)}: work that had its time ended`,
    capture: async () => null,
    do: async (context) => {
      counts.ended += await untilNoneIsLarge(facts, context);
      counts.atWork = counts.ended;
    },
    verify: noop,
    counts: () => ({ ...counts }),
    undo: noop,
  };
}

/** Returns how many sessions it ended. */
export async function untilNoneIsLarge(facts: StopFacts, context: SwitchContext): Promise<number> {
  const session = await context.sessions.withoutBinlog(context.origMaster);
  const since = new Map<number, { work: Work; at: number }>();
  const ended = new Set<number>();
  const wait = { stepMs: 25, limitMs: spareMs(facts, context), what: 'large transactions to end' };
  const left = await pollUntil(context, wait, async () => {
    const now = [...(await lookAtAll(facts, context)).values()];
    const due = now.filter((s) => s.state === 'busy' && !ended.has(s.id) && isDue(facts, context, s, since));
    for (const s of due) refuseIfTooLarge(s, spareMs(facts, context));
    await endSessions(
      session,
      due.map((s) => s.id),
    );
    for (const s of due) ended.add(s.id);
    const held = now.filter((s) => s.changes >= MANY || ended.has(s.id));
    return held.length > 0 ? held.slice(0, 5).map(inWords).join(', ') : undefined;
  });
  if (left) throw new ServerError(`${left}: still there. Nobody was shut out. Wait until it is over and try again`);
  if (ended.size > 0) context.log.info(`${ended.size} sessions ended whose work outlasted kill_after_timeout`);
  return ended.size;
}

/** Work that outlasted the drain time; a large transaction that began later once it has had as much. */
function isDue(
  facts: StopFacts,
  { clock, settings }: SwitchContext,
  s: SessionNow,
  since: Map<number, { work: Work; at: number }>,
): boolean {
  if (hadItsTime(facts, s.id, s)) return true;
  if (s.changes < MANY) return false;
  const known = since.get(s.id);
  const began = known && isSameWork(known.work, s) ? known.at : clock.ticks();
  since.set(s.id, { work: s, at: began });
  return clock.ticks() - began >= settings.drainMs;
}

/** Of `stop_timeout`, without what the rest of `stop` needs. */
function spareMs({ began }: StopFacts, { clock, settings: { stopMs } }: SwitchContext): number {
  const passed = began === undefined ? 0 : clock.ticks() - began;
  return Math.max(stopMs - passed - Math.min(REST_MS, stopMs / 4), 0);
}

function refuseIfTooLarge(s: SessionNow, leftMs: number): void {
  const needMs = (s.changes / UNDONE_A_SECOND) * 1000;
  if (s.changes < MANY || needMs <= leftMs) return;
  throw new ServerError(
    `${inWords(s)}: undoing that may take ${Math.ceil(needMs / 1000)} s, and of stop_timeout ${Math.floor(leftMs / 1000)} s ` +
      'are left for it. It was not ended, and nobody was shut out. Wait until it is over, or raise stop_timeout',
  );
}

function inWords({ id, user, host, changes, state }: SessionNow): string {
  const rows = changes.toLocaleString('en-US');
  const what = state === 'ending' ? `is being rolled back, ${rows} changed rows to go` : `has changed ${rows} rows`;
  return `connection ${id} (${user}@${host}) ${what}`;
}
