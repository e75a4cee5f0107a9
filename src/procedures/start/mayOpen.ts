import { messageOf, Refused } from '../../base/errors.ts';
import { nameOf, sameEndpoint } from '../../base/server.ts';
import type { Journal } from '../../capabilities/journal/journal.ts';
import { openJournals } from '../../capabilities/journal/openJournals.ts';
import type { Held } from '../../capabilities/journal/store.ts';
import { closeServer } from '../../capabilities/readOnly.ts';
import { lookAtServers, mastersBeside } from '../recover/observe.ts';
import type { SwitchContext } from '../switch/context.ts';
import { journalOf } from './journalOf.ts';

/** The new master may be opened, in spite of `problems`. */
export interface Permission {
  readonly claim: Held | undefined;
  readonly journal: Journal | undefined;
  readonly problems: readonly string[];
}

/**
 * Takes the claim and checks if opening the new master would make a second one. Any other problem is only reported: the outage
 * has to end.
 * @throws Refused, with nothing opened, if somebody else works on the switch, or another server is the master.
 */
export async function mayOpen(context: SwitchContext, how: 'planned' | 'dead'): Promise<Permission> {
  const problems: string[] = [];
  const unclaimed: string[] = [];
  const { journals } = context;
  const claim = await orProblem(unclaimed, () => journals.claim(journals.pathOf(context.origMaster), 'start'));
  for (const why of unclaimed) context.log.warning(why);
  try {
    const journal = await orProblem(problems, () => journalOf(context, how));
    if (journal?.data.phase !== 'stopped') await refuseSecond(context, journal, how);
    if (journal) await orProblem(problems, () => journal.forgetUnopened());
    return { claim, journal, problems };
  } catch (error) {
    await claim?.handOver();
    throw error;
  }
}

async function orProblem<Result>(problems: string[], work: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refused) throw error;
    problems.push(messageOf(error));
    return undefined;
  }
}

/**
 * The switch is not as `stop` left it: put back meanwhile, opened elsewhere, or its journal is lost. A server that an earlier
 * `start` opened is the master, even while it has its channel (until MHA resets that), and even if it cannot be asked.
 */
async function refuseSecond(
  context: SwitchContext,
  journal: Journal | undefined,
  how: 'planned' | 'dead',
): Promise<void> {
  const opened = (await openJournals(context.journals, [context.origMaster])).flatMap(
    (found) => found.journal?.data.opened ?? [],
  );
  // A dead master that answers has to be fenced; a failover does not wait for it.
  if (
    how === 'dead' &&
    opened.every((one) => [context.origMaster, context.newMaster].some((s) => sameEndpoint(s, one)))
  )
    return;
  const looked = await lookAtServers(context);
  const masters = how === 'planned' ? await mastersBeside(looked, journal) : [];
  const next = nameOf(context.newMaster);
  const reasons = looked.flatMap(({ server, identity, failure }) => {
    if (server === context.newMaster || (how === 'dead' && server === context.origMaster)) return [];
    const wasOpened = opened.some((one) => sameEndpoint(one, server));
    const isMaster =
      (identity?.readOnly === false && wasOpened) || (server === context.origMaster && masters.includes(server));
    if (isMaster) return [`${nameOf(server)} takes writes: ${next} is not opened beside it`];
    if (!failure || !wasOpened) return [];
    const way = `mha_recover --is_down=${nameOf(server)} --master_is=${next}`;
    return [`${failure.why}: it was opened before, and may be taking writes. If it is down: ${way}`];
  });
  if (reasons.length > 0) throw new Refused(reasons);
}

/**
 * After the new master was opened: the process may have been suspended just before that, and somebody may have moved the master
 * elsewhere meanwhile. Then the new one is closed again. @throws Refused in that case.
 */
export async function closeIfSecond(context: SwitchContext, journal: Journal | undefined): Promise<void> {
  const masters = await mastersBeside(await lookAtServers(context), journal);
  if (masters.length === 0) return;
  await closeServer(await context.sessions.of(context.newMaster));
  const [names, opened] = [masters.map(nameOf).join(' and '), nameOf(context.newMaster)];
  throw new Refused([`${names} takes writes: ${opened}, just opened, was closed again. Run mha_recover`]);
}
