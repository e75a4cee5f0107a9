import { isThisProcess } from '../../adapters/machine.ts';
import { messageOf } from '../../base/errors.ts';
import type { JournalData } from '../../capabilities/journal/data.ts';
import { journalsOf } from '../../cluster/cluster.ts';
import type { MasterhaResult } from '../../mha/runMasterha.ts';
import { FIRST_LOOK_MS } from '../../procedures/guard/settle.ts';
import { endOpenSwitch } from '../../procedures/recover/endOpenSwitch.ts';
import type { Recovered } from '../../procedures/recover/index.ts';
import type { SwitchContext } from '../../procedures/switch/context.ts';
import { journalContext } from '../../procedures/switch/contextOf.ts';
import { UNINTERRUPTED } from '../cli/terminal.ts';
import type { SwitchRun } from './switchRun.ts';

/** How long replication may take to bring the privileges back to the original master, before they are given there directly. */
const REPLICATION_MS = 10_000;

/** `ended`: why the guardian ended MHA. */
export interface MasterhaEnd extends MasterhaResult {
  readonly ended?: string | undefined;
}

/**
 * Undoes or finishes the switch whose journal is open; undefined if there is none. Whether MHA ran `start` is known only of
 * a switch that this run began.
 */
export async function settle(run: SwitchRun, result: MasterhaEnd): Promise<Recovered | undefined> {
  const found = await journalsOf(run.cluster);
  const readable = found.flatMap(({ journal }) => journal ?? []);
  const open = readable.find(({ data }) => isOwn(data)) ?? readable[0];
  const broken = found.find(({ journal }) => !journal);
  if (!open) return broken && left(broken.why ?? `the journal ${broken.path} cannot be read`);
  const context = journalContext(run.cluster, open, { log: run.log, signal: UNINTERRUPTED });
  const own = isOwn(open.data);
  const end = (within: SwitchContext) =>
    endOpenSwitch(within, open, {
      by: run.dead ? 'mysql_failover' : 'mysql_online_failover',
      replicationMs: REPLICATION_MS,
      ownRun: own && isRecent(open.data, context),
      startNeverRun: own && !result.startSeen,
      saidDown: run.dead ? [run.dead] : [],
      reason: result.ended,
    });
  try {
    const first = result.ended === undefined ? undefined : await end({ ...context, lookMs: FIRST_LOOK_MS });
    return first === undefined || first.decision.action === 'keep' ? await end(context) : first;
  } catch (error) {
    return left(messageOf(error));
  } finally {
    await context.sessions.closeAll();
  }
}

function left(why: string): Recovered {
  return { decision: { action: 'keep', why, advice: 'run mha_recover' }, problems: [why], open: true };
}

/** Later, somebody may have ended the outage by hand, on a server that cannot be asked from here. */
function isRecent({ steps }: JournalData, { settings }: SwitchContext): boolean {
  const began = Date.parse(steps[0]?.at ?? '');
  return Date.now() - began < settings.stopMs + (settings.maxOutageMs ?? 0) + settings.undoMs + 60_000;
}

function isOwn({ drivers }: JournalData): boolean {
  return drivers.some(isThisProcess);
}
