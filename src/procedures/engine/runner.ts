import { type HelperError, messageOf } from '../../base/errors.ts';
import type { Phase, StepRecord } from '../../capabilities/journal/data.ts';
import type { Journal } from '../../capabilities/journal/journal.ts';
import type { SwitchContext } from '../switch/context.ts';
import type { AnyStep } from './step.ts';

/** Steps that follow each other without a pause: what all of them need is read, and on disk, before the first begins. */
export type StepGroup = readonly AnyStep[];

/**
 * Runs the steps in order. What each captured is on disk before it changes anything. When one fails, or `signal` is
 * aborted, `putBack` is called, and what it returns is thrown. At the end the journal says `reached`.
 */
export async function runSteps(
  groups: readonly StepGroup[],
  context: SwitchContext,
  journal: Journal,
  { reached, putBack }: { readonly reached: Phase; readonly putBack: (why: string) => Promise<HelperError> },
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
    throw await putBack(`${title}: ${messageOf(error)}`);
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
