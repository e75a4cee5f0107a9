import { messageOf, Refused, RollbackIncomplete } from '../base/errors.ts';
import { nameOf } from '../base/server.ts';
import type { Journal } from '../capabilities/journal.ts';
import { readReadOnly } from '../capabilities/readOnly.ts';
import { type SwitchContext, undoing } from './context.ts';
import { incomplete, undoSteps } from './runner.ts';
import { UNDO_STEPS } from './stop/index.ts';

/** What the caller knows of the new master: whether MHA was ever about to open it. */
export interface UndoKnowledge {
  readonly startWasNeverRun: boolean;
}

/**
 * Puts the original master back as it was before `stop`, from the journal, in a process that need not be the one that
 * ran `stop`. Never opens a second writer: where the new master takes writes, or cannot be asked and may take them,
 * nothing is touched.
 * @throws Refused with nothing touched; RollbackIncomplete with what is left.
 */
export async function undoStop(context: SwitchContext, journal: Journal, knowledge: UndoKnowledge): Promise<void> {
  const safely = undoing(context);
  await refuseIfNewMasterIsOpen(safely, knowledge);
  const left = await undoSteps(UNDO_STEPS, safely, journal);
  if (left.length > 0) throw new RollbackIncomplete(incomplete('undoing the switch', left, journal));
  context.log.info(`everything is as it was before; the master is ${nameOf(context.origMaster)}`);
}

async function refuseIfNewMasterIsOpen(context: SwitchContext, knowledge: UndoKnowledge): Promise<void> {
  const name = nameOf(context.newMaster);
  let open: boolean;
  try {
    open = !(await readReadOnly(await context.sessions.of(context.newMaster))).readOnly;
  } catch (error) {
    if (knowledge.startWasNeverRun) return;
    throw new Refused([
      `the new master ${name} cannot be asked whether it takes writes (${messageOf(error)}); ` +
        `${nameOf(context.origMaster)} stays closed, so that there are never two writers. Bring ${name} back, or make sure it stays down`,
    ]);
  }
  if (open)
    throw new Refused([`the new master ${name} takes writes already; ${nameOf(context.origMaster)} stays closed`]);
}
