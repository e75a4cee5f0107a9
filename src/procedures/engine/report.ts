import { messageOf } from '../../base/errors.ts';
import type { StartRecord } from '../../capabilities/journal/data.ts';
import type { EngineContext } from './step.ts';

/** A step of a procedure that goes on whatever fails; nothing undoes it. */
export interface ReportedStep<Context> {
  readonly name: string;
  /** What its problems begin with, instead of its name. */
  title?(context: Context): string;
  /** If false the step is left out. */
  isDue?(context: Context): boolean;
  /** Resolves with what went wrong or is left to do, a sentence each. */
  do(context: Context, report: StepReport): Promise<readonly string[]>;
  /** What to do if it fails, for the end of its problem. */
  advice?(context: Context): string;
}

/** What has been reported so far, and what a step counts for the record. */
export interface StepReport extends Report {
  readonly counts: Record<string, number>;
}

export interface Report {
  readonly problems: string[];
  /** What an operator should know although nothing went wrong. */
  readonly notes: string[];
}

/**
 * Runs the steps in order, under the policy 'report and go on': whatever fails in one, the next is run. `parts` gets what
 * each did and how long it took.
 */
export async function runAndReport<Context extends EngineContext>(
  steps: readonly ReportedStep<Context>[],
  context: Context,
  parts: StartRecord['parts'] = [],
): Promise<Report> {
  const report: Report = { problems: [], notes: [] };
  for (const step of steps.filter(({ isDue }) => isDue?.(context) !== false)) {
    const at = context.clock.now().toISOString();
    const began = context.clock.ticks();
    const counts: StepReport['counts'] = {};
    report.problems.push(...(await attempt(step, context, { ...report, counts })));
    parts.push({ name: step.name, at, ms: Math.round(context.clock.ticks() - began), counts });
  }
  return report;
}

/** Runs one step. Resolves with its problems, each with the step's title. */
export async function attempt<Context>(
  step: ReportedStep<Context>,
  context: Context,
  report: StepReport = { problems: [], notes: [], counts: {} },
): Promise<string[]> {
  const title = step.title?.(context) ?? step.name;
  try {
    return (await step.do(context, report)).map((problem) => `${title}: ${problem}`);
  } catch (error) {
    const advice = step.advice ? `; ${step.advice(context)}` : '';
    return [`${title}: ${messageOf(error)}${advice}`];
  }
}
