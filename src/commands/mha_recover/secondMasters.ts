import { messageOf } from '../../base/errors.ts';
import { nameOf, sameEndpoint, type Target } from '../../base/server.ts';
import { journalsOf } from '../../cluster/cluster.ts';
import { askOldMaster } from '../../procedures/oldMaster/ask.ts';
import { type Doubt, type SecondMasters, secondMasters } from '../../procedures/oldMaster/closable.ts';
import { seenOf } from '../../procedures/oldMaster/seen.ts';
import { aboutOld } from '../../procedures/oldMaster/words.ts';
import { type Knowledge, lookAtServers } from '../../procedures/recover/observe.ts';
import type { ReadRecord } from '../../procedures/report/records.ts';
import type { SwitchContext } from '../../procedures/switch/context.ts';
import { switchContext } from '../../procedures/switch/contextOf.ts';
import { newestRecord } from '../mha_report/records.ts';
import type { RecoverCall } from './recoverCall.ts';

/** A server that takes writes beside the master, and what became of it. */
export interface Second {
  readonly server: string;
  readonly action: 'close' | 'keep';
  readonly problems: readonly string[];
  /** It takes writes still. */
  readonly open: boolean;
}

/**
 * Without an open switch: closes the servers that take writes beside the master, if it is certain who the master is (see
 * {@link secondMasters}); with `dryRun` only says so. What only such a server has goes into the record of its failover.
 */
export async function closeSecondMasters(call: RecoverCall, { saidDown = [] }: Knowledge): Promise<Second[]> {
  const [first, second] = call.cluster.servers;
  if (!first || !second) return [];
  const io = { log: call.log, signal: call.invocation.signal };
  const context = switchContext(call.cluster, { orig: first, next: second }, io);
  try {
    const down = call.cluster.servers.filter((server) => saidDown.some((one) => sameEndpoint(one, server)));
    const known = { master: call.master, down, opened: await openedLast(call) };
    const decide = async () => secondMasters(seenOf(await lookAtServers(context)), known);
    const decision = await decide();
    if (decision.action === 'none') return [];
    if (decision.action === 'leave') return decision.rivals.map((server) => kept(server, decision));
    if (call.dryRun) return decision.rivals.map((server) => planned(server, decision.master));
    const done: Second[] = [];
    for (const rival of decision.rivals) done.push(await closeOne(call, rival, decision.master, decide));
    return done;
  } finally {
    await context.sessions.closeAll();
  }
}

/** The server that the newest recorded switch opened, if there is a record. */
async function openedLast({ cluster }: RecoverCall): Promise<Target | undefined> {
  // Without the time of an opening, somebody opened it by hand, and the switch was finished with it.
  const isOpened = ({ timeline: { opened, outcome } }: ReadRecord) =>
    outcome === 'finished' || (opened !== undefined && outcome !== 'put back');
  const record = await newestRecord(cluster, new Date(0), isOpened).catch(() => undefined);
  return record && cluster.servers.find((server) => sameEndpoint(server, record.newMaster));
}

/** Under the claims of both servers, so that no switch of either begins meanwhile; and on a second look. */
async function closeOne(
  call: RecoverCall,
  rival: Target,
  master: Target,
  decide: () => Promise<SecondMasters<Target>>,
): Promise<Second> {
  const context = switchContext(
    call.cluster,
    { orig: rival, next: master },
    { log: call.log, signal: call.invocation.signal },
  );
  const { journals } = context;
  const claims: Awaited<ReturnType<typeof journals.claim>>[] = [];
  try {
    for (const server of [rival, master]) claims.push(await journals.claim(journals.pathOf(server), 'mha_recover'));
    if ((await journalsOf(call.cluster)).length > 0) return changed(rival);
    const now = await decide();
    if (now.action !== 'close' || now.master !== master || !now.rivals.includes(rival)) return changed(rival);
    return await askAndNote(call, context);
  } catch (error) {
    return { server: nameOf(rival), action: 'keep', problems: [messageOf(error)], open: true };
  } finally {
    for (const claim of claims) await claim.release();
    await context.sessions.closeAll();
  }
}

async function askAndNote({ cluster, log }: RecoverCall, context: SwitchContext): Promise<Second> {
  const { origMaster, newMaster } = context;
  const record = await newestRecord(
    cluster,
    new Date(0),
    (one) => !one.open && sameEndpoint(one.origMaster, origMaster),
  ).catch(() => undefined);
  const known = record && sameEndpoint(record.newMaster, newMaster) ? record : undefined;
  const old = await askOldMaster(context, await lookAtServers(context), known?.timeline.oldMaster);
  if (known?.timeline.kind === 'failover')
    await context.journals
      .noteOldMaster(known.path, old)
      .catch((error) => log.warning(`the record of the failover cannot be changed: ${messageOf(error)}`));
  const { problems, remarks } = aboutOld(old, nameOf(newMaster));
  return {
    server: nameOf(origMaster),
    action: 'close',
    problems: [...problems, ...remarks],
    open: old.state === 'open',
  };
}

function planned(server: Target, master: Target): Second {
  const why = `TWO MASTERS: ${nameOf(master)} and ${nameOf(server)} take writes, and all others replicate from ${nameOf(master)}`;
  return { server: nameOf(server), action: 'close', problems: [why], open: true };
}

function changed(server: Target): Second {
  return {
    server: nameOf(server),
    action: 'keep',
    problems: ['the servers were changed meanwhile: run mha_recover again'],
    open: true,
  };
}

const WHY: Readonly<Record<Doubt, string>> = {
  'no master': 'take writes, and which of them is the master cannot be determined',
  'master takes no writes':
    'is the master of the others and takes no writes: closing the other one would leave no writer',
  'no replica': 'has no replica, so it is not certain that it is the master',
  'cannot be asked': 'cannot be asked, and may replicate from either',
  'reads from another': 'does not replicate from the master',
  'opened last': 'was opened by the last switch',
  'chosen is closed': 'takes no writes: closing the others would leave no writer; SET GLOBAL read_only = 0 there first',
};

function kept(server: Target, { why, about }: Extract<SecondMasters<Target>, { action: 'leave' }>): Second {
  const names = about.map(nameOf).join(' and ');
  const down = why === 'cannot be asked' ? `; if it is down: --is_down=${about.map(nameOf).join(',')}` : '';
  const problem = `TWO MASTERS: ${nameOf(server)} takes writes and may not be the master: ${names} ${WHY[why]}`;
  const way = `choose the master at once: mha_recover --master_is=HOST closes the others${down}`;
  return { server: nameOf(server), action: 'keep', problems: [`${problem}; ${way}`], open: true };
}
