import { nameOf } from '../../base/server.ts';
import type { StartRecord } from '../../capabilities/journal/data.ts';
import type { Journal } from '../../capabilities/journal/journal.ts';
import { type ReportedStep, runAndReport } from '../engine/report.ts';
import { FENCE_AGE_MS, lastFence } from '../fence/lastFence.ts';
import { askOldMaster } from '../oldMaster/ask.ts';
import { aboutOld } from '../oldMaster/words.ts';
import { lookAtServers, mastersBeside } from '../recover/observe.ts';
import type { SwitchContext } from '../switch/context.ts';
import { switchEventsOn } from './eventsOn.ts';
import { noteStarted, noteStarting, recordStart, type StartContext } from './record.ts';
import { regrant } from './regrant.ts';

/** What `start` found before it opened the new master. */
interface Opening {
  readonly journal: Journal | undefined;
  /** A planned switch has a journal; a failover may have none. */
  readonly how: 'planned' | 'dead';
  readonly times?: Pick<StartRecord, 'began' | 'opened'> | undefined;
}

/** If the journal of a planned switch is lost, nobody knows what was shut out: nothing is given or switched on by guesswork. */
const isLost = ({ how, journal }: StartContext) => how === 'planned' && !journal;

/** What `start` does once the new master takes writes. The names of the steps are in the records. */
const START_STEPS: readonly ReportedStep<StartContext>[] = [
  { name: 'journal', do: noteStarting },
  { name: 'the journal', isDue: isLost, do: async (context) => lostJournal(context) },
  { name: 'giving privileges back', isDue: (context) => !isLost(context), do: regrant },
  { name: 'switching events on', isDue: (context) => !isLost(context), do: switchEventsOn },
  { name: 'looking for another master', do: otherMasters },
  { name: 'journal', do: noteStarted },
];

/**
 * Gives all privileges back through the new master's binlog, so that replication carries them to the original master, and
 * switches the events on. After a planned switch never changes the original master: MHA holds its lock. Returns what went wrong.
 */
export async function finishStart(context: SwitchContext, { journal, how, times }: Opening): Promise<string[]> {
  const now = () => ({ began: context.clock.began().toISOString(), opened: context.clock.now().toISOString() });
  const record: StartRecord = { ...(journal?.data.start ?? times ?? now()), parts: [] };
  if (journal) journal.data.start = record;
  const starting = { ...context, journal, how, record };
  const { problems, notes } = await runAndReport(START_STEPS, starting, record.parts);
  if (how === 'dead') notes.push(...fenceOfDead(context));
  if (!journal) await recordStart(starting, [...problems, ...notes]);
  return [...problems, ...oldMasterProblems(starting)];
}

/** Apart from the other problems, since the record has what is known of the old master as data, see {@link aboutOld}. */
function oldMasterProblems({ record: { oldMaster }, newMaster, log }: StartContext): readonly string[] {
  if (!oldMaster) return [];
  const { problems, remarks } = aboutOld(oldMaster, nameOf(newMaster));
  for (const remark of remarks) log.info(remark);
  return problems;
}

function fenceOfDead({ journals, origMaster, clock }: SwitchContext): string[] {
  const since = new Date(clock.now().getTime() - FENCE_AGE_MS);
  return [lastFence(journals, origMaster, since) ?? []].flat();
}

function lostJournal({ settings, origMaster, newMaster }: SwitchContext): string[] {
  const [orig, next] = [nameOf(origMaster), nameOf(newMaster)];
  return [
    `${settings.journalDir} has no journal of a stop of ${orig}: accounts that were shut out there still are, and its ` +
      `scheduled events are not switched on at ${next}. Compare with mha_recover --from=${next} --dry_run`,
  ];
}

/**
 * Closes a dead master that takes writes again, and notes what only it has; any other master is only named. A server that cannot
 * be asked is no problem here: the dead master is one.
 */
async function otherMasters(context: StartContext): Promise<string[]> {
  const looked = await lookAtServers(context);
  const masters = await mastersBeside(looked, context.journal);
  const dead = context.how === 'dead' ? context.origMaster : undefined;
  if (dead) context.record.oldMaster = await askOldMaster(context, looked);
  return masters
    .filter((server) => server !== dead)
    .map((server) => `TWO MASTERS: ${nameOf(server)} takes writes too; close it at once (SET GLOBAL read_only = 1)`);
}
