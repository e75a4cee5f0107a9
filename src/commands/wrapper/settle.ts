import { isThisProcess } from '../../adapters/machine.ts';
import { messageOf } from '../../base/errors.ts';
import type { JournalData } from '../../capabilities/journal/data.ts';
import { journalsOf } from '../../cluster/cluster.ts';
import type { MasterhaResult } from '../../mha/runMasterha.ts';
import { endOpenSwitch } from '../../procedures/recover/endOpenSwitch.ts';
import type { Recovered } from '../../procedures/recover/index.ts';
import type { SwitchContext } from '../../procedures/switch/context.ts';
import { journalContext } from '../../procedures/switch/contextOf.ts';
import type { SwitchRun } from './switchRun.ts';

/** Not interrupted: putting things in order after MHA has its own limits. */
const NEVER = new AbortController().signal;

/** How long replication gets to bring the rights back to the original master, before they are given there directly. */
const REPLICATION_MS = 10_000;

/**
 * Undoes or finishes the switch whose journal is open now; undefined if nothing is owed. Only of a switch that this run began
 * is it known whether MHA came to `start`; of any other no more is known than the servers show.
 */
export async function settle(run: SwitchRun, result: MasterhaResult): Promise<Recovered | undefined> {
  const found = await journalsOf(run.cluster);
  const readable = found.flatMap(({ journal }) => journal ?? []);
  const open = readable.find(({ data }) => isOwn(data)) ?? readable[0];
  const broken = found.find(({ journal }) => !journal);
  if (!open) return broken && left(broken.why ?? `the journal ${broken.path} cannot be read`);
  const context = journalContext(run.cluster, open, { log: run.log, signal: NEVER });
  const own = isOwn(open.data);
  try {
    return await endOpenSwitch(context, open, {
      by: run.dead ? 'mysql_failover' : 'mysql_online_failover',
      replicationMs: REPLICATION_MS,
      ownRun: own && isRecent(open.data, context),
      startNeverRun: own && !result.startSeen,
      saidDown: run.dead ? [run.dead] : [],
    });
  } catch (error) {
    return left(messageOf(error));
  } finally {
    await context.sessions.closeAll();
  }
}

function left(why: string): Recovered {
  return { decision: { action: 'keep', why, advice: 'run mha_recover' }, problems: [why], open: true };
}

/** Later somebody may have ended the outage by hand, at a server that cannot be asked from here. */
function isRecent({ steps }: JournalData, { settings }: SwitchContext): boolean {
  const began = Date.parse(steps[0]?.at ?? '');
  return Date.now() - began < settings.stopMs + settings.undoMs + 60_000;
}

function isOwn({ drivers }: JournalData): boolean {
  return drivers.some(isThisProcess);
}
