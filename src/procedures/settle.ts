import { isRunning } from '../adapters/machine.ts';
import { messageOf } from '../base/errors.ts';
import { nameOf } from '../base/server.ts';
import type { Journal } from '../capabilities/journal.ts';
import { readReadOnly } from '../capabilities/readOnly.ts';
import type { SwitchContext } from './context.ts';
import { finishSwitch } from './finish.ts';
import { finishStart } from './start.ts';
import { undoStop } from './undo.ts';
import { every } from './waiting.ts';

/** How a switch that MHA has left was ended. */
export interface Settled {
  readonly how: 'finished' | 'undone';
  readonly problems: readonly string[];
}

/**
 * Ends a switch after MHA has ended, well or not: undone where the new master was never opened, finished where it was.
 * A hook that is still at work (it undoes after a signal) is waited for first.
 */
export async function settle(context: SwitchContext, journal: Journal, startSeen: boolean): Promise<Settled> {
  if (await isOpen(context, journal, startSeen)) {
    const before = journal.data.phase === 'started' ? [] : await finishStart(context, journal);
    return { how: 'finished', problems: [...before, ...(await finishSwitch(context, journal))] };
  }
  context.log.warning(`MHA ended before the new master was opened; reopening ${nameOf(context.origMaster)}`);
  await undoStop(context, journal, { startWasNeverRun: !startSeen });
  return { how: 'undone', problems: [] };
}

async function isOpen(context: SwitchContext, journal: Journal, startSeen: boolean): Promise<boolean> {
  if (journal.data.phase === 'starting' || journal.data.phase === 'started') return true;
  if (!startSeen) return false;
  const state = await readReadOnly(await context.sessions.of(context.newMaster)).catch((error) => {
    context.log.warning(messageOf(error));
    return { readOnly: true };
  });
  return !state.readOnly;
}

/** Waits until the hook that wrote the journal last has ended; returns false where it had not within `limitMs`. */
export async function hookHasEnded(
  context: Pick<SwitchContext, 'clock' | 'log' | 'signal'>,
  reload: () => Journal | undefined,
  limitMs: number,
): Promise<boolean> {
  const what = 'the hook script to end';
  const left = await every(context, { stepMs: 100, limitMs, what }, async () => {
    const mark = reload()?.data.process;
    return mark && isRunning(mark) ? `process ${mark.pid}` : undefined;
  });
  return left === undefined;
}
