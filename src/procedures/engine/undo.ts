import { messageOf } from '../../base/errors.ts';
import type { StepRecord } from '../../capabilities/journal/data.ts';
import type { Journal } from '../../capabilities/journal/journal.ts';
import type { SwitchContext } from '../switch/context.ts';
import type { AnyStep } from './step.ts';

/** What undoing depends on besides the journal. */
export interface Conditions {
  /**
   * Says why the original master must not be put back (any more), or undefined while it may. Asked before each step is
   * undone, since a process may stand still for any time between two statements.
   */
  readonly objection: () => Promise<string | undefined>;
  /** Why the new master is left as it is, if it is: it is down, or may have been the master. */
  readonly newMasterStays?: string;
}

const UNDO_TRIES = 3;
const BETWEEN_TRIES_MS = 1000;

/**
 * Undoes, in reverse, every step that the journal has as begun; what fails is tried again while `context.signal` leaves
 * time, since a lock may go or a server come back. Returns what could not be undone, in words; when nothing is left the
 * journal is closed, otherwise it stays open and says which steps are owed.
 */
export async function undoSteps(
  steps: readonly AnyStep[],
  context: SwitchContext,
  journal: Journal,
  conditions: Conditions,
): Promise<string[]> {
  const unwritten: string[] = [];
  noteInJournal(journal, () => journal.enter('undoing'), unwritten);
  const undo = { steps, context, journal, ...conditions };
  let { left, again } = await undoOnce(undo);
  for (let tried = 1; tried < UNDO_TRIES && again && !context.signal.aborted; tried += 1) {
    await context.clock.sleep(BETWEEN_TRIES_MS, context.signal).catch(() => {});
    if (!context.signal.aborted) ({ left, again } = await undoOnce(undo));
  }
  const all = [...left, ...unwritten];
  noteInJournal(
    journal,
    () => (all.length > 0 ? journal.save() : void journal.close('undone', context.clock.now())),
    all,
  );
  return all;
}

interface Undo extends Conditions {
  readonly steps: readonly AnyStep[];
  readonly context: SwitchContext;
  readonly journal: Journal;
}

/** `again`: something is left, and trying again may help. */
async function undoOnce(undo: Undo): Promise<{ left: string[]; again: boolean }> {
  const left: string[] = [];
  for (const record of [...undo.journal.data.steps].reverse()) {
    if (record.state === 'undone') continue;
    const why = (await undo.objection()) ?? (await undoStep(undo, record, left));
    if (why !== undefined) return { left: [...left, why], again: false };
  }
  return { left, again: left.length > 0 };
}

/** Returns the objection that came up meanwhile to a step whose undo opens a server; that is closed again. */
async function undoStep(undo: Undo, record: StepRecord, left: string[]): Promise<string | undefined> {
  const { steps, context, journal, objection } = undo;
  const step = steps.find((s) => s.name === record.name);
  const at = context.clock.now().toISOString();
  const began = context.clock.ticks();
  try {
    if (!step) throw new Error('this version knows no such step');
    const notes = (await undone(undo, step, record)) ?? [];
    const why = step.opens ? await objection() : undefined;
    if (why !== undefined) {
      await step.do(context, record.captured);
      return `${record.title}: undone too late, and done again: ${why}`;
    }
    record.state = 'undone';
    record.undo = { at, ms: Math.round(context.clock.ticks() - began) };
    context.log.info(`${record.title}: undone`);
    for (const note of notes) context.log.warning(note);
    journal.data.notes.push(...notes);
  } catch (error) {
    record.state = 'undo failed';
    left.push(`${record.title}: ${messageOf(error)}`);
    context.log.error(`${record.title}: could not be undone: ${messageOf(error)}`);
  }
  return undefined;
}

async function undone({ context, newMasterStays }: Undo, step: AnyStep, { captured, title }: StepRecord) {
  if (step.onNewMaster && newMasterStays !== undefined) return [`${title}: left as it is, ${newMasterStays}`];
  return step.undo(context, captured);
}

/** A journal that can no longer be written must not keep the servers from being put back. */
function noteInJournal(journal: Journal, write: () => void, left: string[]): void {
  try {
    write();
  } catch (error) {
    left.push(`the journal ${journal.path} cannot be written: ${messageOf(error)}`);
  }
}
