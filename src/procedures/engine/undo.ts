import { messageOf } from '../../base/errors.ts';
import type { StepRecord } from '../../capabilities/journal/data.ts';
import type { Journal } from '../../capabilities/journal/journal.ts';
import type { EngineContext, Undo } from './step.ts';

export interface Conditions {
  /**
   * Why the original master must not be put back, or not any more; undefined if it may be. Called before each undo, since
   * a process may be suspended for any time between two statements.
   */
  readonly objection: () => Promise<string | undefined>;
  /** Set if the new master is left as it is; says why. */
  readonly newMasterStays?: string;
}

const UNDO_TRIES = 3;
const BETWEEN_TRIES_MS = 1000;

/**
 * Undoes, in reverse, every step that the journal has as begun. What fails is tried again while `context.signal` allows it: a
 * lock may be released, a server come back. Returns what could not be undone, in words. If nothing is left, the journal is
 * closed; otherwise it stays open and says which steps are owed.
 */
export async function undoSteps<Context extends EngineContext>(
  steps: readonly Undo<Context>[],
  context: Context,
  journal: Journal,
  conditions: Conditions,
): Promise<string[]> {
  const unwritten: string[] = [];
  await noteInJournal(journal, () => journal.enter('undoing'), unwritten);
  const undo = { steps, context, journal, ...conditions };
  let { left, again } = await undoOnce(undo);
  for (let tried = 1; tried < UNDO_TRIES && again && !context.signal.aborted; tried += 1) {
    await context.clock.sleep(BETWEEN_TRIES_MS, context.signal).catch(() => {});
    if (!context.signal.aborted) ({ left, again } = await undoOnce(undo));
  }
  const all = [...left, ...unwritten];
  const end = () => (all.length > 0 ? journal.save() : journal.close('undone', context.clock.now()));
  await noteInJournal(journal, end, all);
  return all;
}

interface Undoing<Context> extends Conditions {
  readonly steps: readonly Undo<Context>[];
  readonly context: Context;
  readonly journal: Journal;
}

/** `again`: something is left, and another try may help. */
async function undoOnce<Context extends EngineContext>(
  undo: Undoing<Context>,
): Promise<{ left: string[]; again: boolean }> {
  const left: string[] = [];
  for (const record of [...undo.journal.data.steps].reverse()) {
    if (record.state === 'undone') continue;
    const why = (await undo.objection()) ?? (await undoStep(undo, record, left));
    if (why !== undefined) return { left: [...left, why], again: false };
  }
  return { left, again: left.length > 0 };
}

/** Returns the objection, if one came up while the undo made a server writable; then that server is closed again. */
async function undoStep<Context extends EngineContext>(
  undo: Undoing<Context>,
  record: StepRecord,
  left: string[],
): Promise<string | undefined> {
  const { steps, context, journal, newMasterStays } = undo;
  const step = steps.find((s) => s.name === record.name);
  const at = context.clock.now().toISOString();
  const began = context.clock.ticks();
  try {
    if (!step) throw new Error('this version knows no such step');
    const stays = step.onNewMaster && newMasterStays;
    const { notes, why } = stays
      ? { notes: [`${record.title}: left as it is, ${stays}`] }
      : await undoneUnlessLate(undo, step, record);
    if (why !== undefined) return `${record.title}: undone too late, and done again: ${why}`;
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

/** `why`: as {@link undoStep} returns it. */
async function undoneUnlessLate<Context>(
  { context, objection }: Undoing<Context>,
  step: Undo<Context>,
  record: StepRecord,
): Promise<{ notes: readonly string[]; why?: string | undefined }> {
  const captured = step.parse ? step.parse(record.captured) : undefined;
  const notes = (await step.undo?.(context, captured)) ?? [];
  const why = step.closeAgain && (await objection());
  if (why !== undefined) await step.closeAgain?.(context, captured);
  return { notes, why };
}

/** If the journal cannot be written any more, the servers must be put back all the same. */
async function noteInJournal(journal: Journal, write: () => Promise<unknown>, left: string[]): Promise<void> {
  try {
    await write();
  } catch (error) {
    const why = `the journal ${journal.path} cannot be written: ${messageOf(error)}`;
    if (!left.includes(why)) left.push(why);
  }
}
