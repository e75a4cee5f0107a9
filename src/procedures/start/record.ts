import { messageOf } from '../../base/errors.ts';
import { endpointOf } from '../../base/server.ts';
import type { StartRecord } from '../../capabilities/journal/data.ts';
import { Journal } from '../../capabilities/journal/journal.ts';
import type { Report } from '../engine/report.ts';
import { aboutSwitch, type SwitchContext } from '../switch/context.ts';

/** What the steps of `start` work with. */
export interface StartContext extends SwitchContext {
  readonly journal: Journal | undefined;
  readonly how: 'planned' | 'dead';
  /** What `start` did, for the journal or, if there is none, for the history. */
  readonly record: StartRecord;
}

export const noteStarting = (context: StartContext) => note(context, 'starting');

export function noteStarted(context: StartContext, { problems, notes }: Report): Promise<readonly string[]> {
  context.journal?.data.notes.push(...problems, ...notes);
  return note(context, 'started');
}

async function note({ journal, newMaster }: StartContext, phase: 'starting' | 'started'): Promise<readonly string[]> {
  if (!journal) return [];
  journal.data.opened = endpointOf(newMaster);
  await journal.enter(phase);
  return [];
}

/** A record is for people: that it cannot be written is no reason to call `start` a failure. */
export async function recordStart(context: StartContext, notes: readonly string[]): Promise<void> {
  const about = aboutSwitch(context);
  const record = { ...about, start: context.record, opened: about.newMaster, notes: [...notes] };
  try {
    await Journal.record(context.journals, record, context.clock.now());
  } catch (error) {
    context.log.warning(`the record of this switch cannot be written: ${messageOf(error)}`);
  }
}
