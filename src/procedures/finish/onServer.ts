import { nameOf, type Target } from '../../base/server.ts';
import type { Journal } from '../../capabilities/journal/journal.ts';
import type { ReportedStep } from '../engine/report.ts';
import type { Knowledge } from '../recover/observe.ts';
import type { SwitchContext } from '../switch/context.ts';

export interface FinishContext extends SwitchContext, Required<Pick<Knowledge, 'replicationMs' | 'saidDown'>> {
  readonly journal: Journal;
}

/** A step on one server; `work` returns what is left to do there. */
export function onServer<Context extends SwitchContext>(
  name: string,
  server: (context: Context) => Target,
  work: (context: Context) => Promise<readonly string[]>,
): ReportedStep<Context> {
  const where = (context: Context) => nameOf(server(context));
  return {
    name,
    title: where,
    do: async (context) => (await work(context)).map((left) => `left to do: ${left}`),
    advice: (context) =>
      `fix that and run mha_recover again; if it is down for good: mha_recover --is_down=${where(context)}`,
  };
}

/** For the log, and once for the journal. */
export function note({ log }: Pick<SwitchContext, 'log'>, journal: Journal, notes: readonly string[]): void {
  for (const text of notes) log.warning(text);
  journal.data.notes.push(...notes.filter((text) => !journal.data.notes.includes(text)));
}
