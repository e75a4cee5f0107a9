import { messageOf } from '../../base/errors.ts';
import type { StartRecord } from '../../capabilities/journal/data.ts';
import type { EngineContext } from './step.ts';

/** A step of a procedure that goes on whatever fails. It is never undone. */
export interface ReportedStep<Context> {
  readonly name: string;
  /** The beginning of its problems, instead of its name. */
  title?(context: Context): string;
  isDue?(context: Context): boolean;
  /** Resolves with what went wrong or is left to do, one sentence each. */
  do(context: Context, report: StepReport): Promise<readonly string[]>;
  /** What to do if it throws, for the end of the problem. */
  advice?(context: Context): string;
}

export interface Report {
  readonly problems: string[];
  /** What an operator should know although nothing went wrong. */
  readonly notes: string[];
}

export interface StepReport extends Report {
  /** For the record. */
  readonly counts: Record<string, number>;
}

/** Runs the steps in order; if one fails, reports that and goes on. `parts` receives each one's time and counts. */
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

/** Runs one step and resolves with its problems. */
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
