import { type HelperError, messageOf } from '../../base/errors.ts';
import { endpointOf } from '../../base/server.ts';
import type { Phase, StepRecord } from '../../capabilities/journal/data.ts';
import type { Journal } from '../../capabilities/journal/journal.ts';
import type { EngineContext, Step } from './step.ts';

/** Steps that run without a pause: what all of them capture is on disk before the first begins. */
export type StepGroup<Context> = readonly Step<Context>[];

/**
 * Runs the steps in order. What each captured is on disk before it changes anything. If one fails, or the signal is aborted,
 * calls `putBack` and throws what that returns. At the end the journal is in phase `reached`.
 */
export async function runSteps<Context extends EngineContext>(
  groups: readonly StepGroup<Context>[],
  context: Context,
  journal: Journal,
  { reached, putBack }: { readonly reached: Phase; readonly putBack: (why: string) => Promise<HelperError> },
): Promise<void> {
  let title = '';
  const begin = (step: Step<Context>) => {
    title = step.title(context);
    context.signal.throwIfAborted();
  };
  try {
    for (const group of groups) await runGroup(group, context, journal, begin);
    await journal.enter(reached);
    context.signal.throwIfAborted();
  } catch (error) {
    throw await putBack(`${title}: ${messageOf(error)}`);
  }
}

async function runGroup<Context extends EngineContext>(
  group: StepGroup<Context>,
  context: Context,
  journal: Journal,
  begin: (step: Step<Context>) => void,
): Promise<void> {
  const records: StepRecord[] = [];
  for (const step of group) {
    begin(step);
    const captured = (await step.capture?.(context)) ?? null;
    records.push(recordOf(step, context, captured));
  }
  journal.data.steps.push(...records);
  await journal.save();
  for (const [i, step] of group.entries()) {
    begin(step);
    await runStep(step, records[i] as StepRecord, context);
  }
}

function recordOf<Context extends EngineContext>(step: Step<Context>, context: Context, captured: unknown): StepRecord {
  const { name, kind } = step;
  const server = step.where?.(context);
  const where = server && endpointOf(server);
  const at = context.clock.now().toISOString();
  return { name, title: step.title(context), where, kind, state: 'doing', captured, at };
}

async function runStep<Context extends EngineContext>(
  step: Step<Context>,
  record: StepRecord,
  context: Context,
): Promise<void> {
  const started = context.clock.ticks();
  record.at = context.clock.now().toISOString();
  context.log.debug(`${record.title}: begins; the journal has what was so before`);
  await step.do(context, record.captured);
  await step.verify?.(context, record.captured);
  record.state = 'done';
  record.ms = Math.round(context.clock.ticks() - started);
  if (step.counts) record.counts = step.counts();
  if (step.notes) record.notes = step.notes();
  context.log.info(`${record.title}: done in ${record.ms} ms`);
}
