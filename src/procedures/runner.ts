import { type HelperError, messageOf, RollbackIncomplete, StepFailed } from '../base/errors.ts';
import type { Phase, StepRecord } from '../capabilities/journal/data.ts';
import type { Journal } from '../capabilities/journal/journal.ts';
import { grantsIn } from '../capabilities/journal/openJournals.ts';
import { type SwitchContext, undoing } from './context.ts';
import type { Step } from './step.ts';

/** A step whose captured state may be of any shape: only the step itself looks into it. */
// biome-ignore lint/suspicious/noExplicitAny: the journal keeps each step's state for that step alone
export type AnyStep = Step<SwitchContext, any>;

/** Steps that follow each other without a pause: what all of them need is read, and on disk, before the first begins. */
export type StepGroup = readonly AnyStep[];

/**
 * Runs the steps in order. What each captured is on disk before it changes anything. When one fails, or `signal` is
 * aborted, everything is undone in reverse, the failed step included, and the journal is closed. At the end the journal
 * says `reached`.
 * @throws StepFailed when all was put back, RollbackIncomplete when something was not.
 */
export async function runSteps(
  groups: readonly StepGroup[],
  context: SwitchContext,
  journal: Journal,
  reached: Phase,
): Promise<void> {
  let title = '';
  const begin = (step: AnyStep) => {
    title = step.title(context);
    context.signal.throwIfAborted();
  };
  try {
    for (const group of groups) await runGroup(group, context, journal, begin);
    journal.enter(reached);
    context.signal.throwIfAborted();
  } catch (error) {
    throw await afterFailure(title, error, groups.flat(), context, journal);
  }
}

async function runGroup(
  group: StepGroup,
  context: SwitchContext,
  journal: Journal,
  begin: (step: AnyStep) => void,
): Promise<void> {
  const records: StepRecord[] = [];
  for (const step of group) {
    begin(step);
    const captured = await step.capture(context);
    const at = context.clock.now().toISOString();
    records.push({ name: step.name, title: step.title(context), state: 'doing', captured, at });
  }
  journal.data.steps.push(...records);
  journal.save();
  for (const [i, step] of group.entries()) {
    begin(step);
    await runStep(step, records[i] as StepRecord, context);
  }
}

async function runStep(step: AnyStep, record: StepRecord, context: SwitchContext): Promise<void> {
  const started = context.clock.ticks();
  record.at = context.clock.now().toISOString();
  context.log.debug(`${record.title}: begins; the journal has what was so before`);
  await step.do(context, record.captured);
  await step.verify(context, record.captured);
  record.state = 'done';
  record.ms = Math.round(context.clock.ticks() - started);
  if (step.counts) record.counts = step.counts();
  if (step.notes) record.notes = step.notes();
  context.log.info(`${record.title}: done in ${record.ms} ms`);
}

async function afterFailure(
  title: string,
  error: unknown,
  steps: readonly AnyStep[],
  context: SwitchContext,
  journal: Journal,
): Promise<HelperError> {
  const why = `${title}: ${messageOf(error)}`;
  context.log.error(why);
  context.log.warning('putting everything back as it was');
  journal.data.notes.push(why);
  const left = await undoSteps(steps, undoing(context, grantsIn(journal)), journal);
  if (left.length > 0) return new RollbackIncomplete(incomplete(why, left, journal));
  return new StepFailed(
    `${why}\nEverything that had been changed was put back and read back. The master is still ${context.origMaster.host}.`,
  );
}

/**
 * Undoes, in reverse, every step that the journal has as begun; what fails is tried again while `context.signal` leaves
 * time, since a lock may go or a server come back. Returns what could not be undone, in words; when nothing is left the
 * journal is closed, otherwise it stays open and says which steps are owed.
 */
export async function undoSteps(
  steps: readonly AnyStep[],
  context: SwitchContext,
  journal: Journal,
): Promise<string[]> {
  const unwritten: string[] = [];
  noteInJournal(journal, () => journal.enter('undoing'), unwritten);
  let left = await undoOnce(steps, context, journal);
  for (let again = 1; again < UNDO_TRIES && left.length > 0 && !context.signal.aborted; again += 1) {
    await context.clock.sleep(BETWEEN_TRIES_MS, context.signal).catch(() => {});
    if (!context.signal.aborted) left = await undoOnce(steps, context, journal);
  }
  left.push(...unwritten);
  noteInJournal(
    journal,
    () => (left.length > 0 ? journal.save() : void journal.close('undone', context.clock.now())),
    left,
  );
  return left;
}

const UNDO_TRIES = 3;
const BETWEEN_TRIES_MS = 1000;

async function undoOnce(steps: readonly AnyStep[], context: SwitchContext, journal: Journal): Promise<string[]> {
  const left: string[] = [];
  for (const record of [...journal.data.steps].reverse()) {
    if (record.state === 'undone') continue;
    const step = steps.find((s) => s.name === record.name);
    const at = context.clock.now().toISOString();
    const began = context.clock.ticks();
    try {
      if (!step) throw new Error('this version knows no such step');
      await step.undo(context, record.captured);
      record.state = 'undone';
      record.undo = { at, ms: Math.round(context.clock.ticks() - began) };
      context.log.info(`${record.title}: undone`);
    } catch (error) {
      record.state = 'undo failed';
      left.push(`${record.title}: ${messageOf(error)}`);
      context.log.error(`${record.title}: could not be undone: ${messageOf(error)}`);
    }
  }
  return left;
}

/** A journal that can no longer be written must not keep the servers from being put back. */
function noteInJournal(journal: Journal, write: () => void, left: string[]): void {
  try {
    write();
  } catch (error) {
    left.push(`the journal ${journal.path} cannot be written: ${messageOf(error)}`);
  }
}

export function incomplete(why: string, left: readonly string[], journal: Journal): string {
  return [
    why,
    'NOT everything could be put back. Left to do:',
    ...left.map((item) => `  - ${item}`),
    `Mend the cause and run mha_recover, or do it by hand. The journal is ${journal.path}.`,
  ].join('\n');
}
