import { nameOf } from '../../base/server.ts';
import {
  parseReadOnly,
  type ReadOnlyState,
  readOnlySql,
  readReadOnly,
  setReadOnly,
  verifyReadOnly,
} from '../../capabilities/readOnly.ts';
import { endUnfinished } from '../../capabilities/sessions/unfinished.ts';
import { orLeftToDo } from '../engine/leftToDo.ts';
import type { Step, Undo } from '../engine/step.ts';
import { atOrigMaster, type SwitchContext } from '../switch/context.ts';

export const closeOrigMasterUndo: Undo<SwitchContext, ReadOnlyState> = {
  name: 'close original master',
  parse: parseReadOnly,
  closeAgain: close,
  undo: (context, before) =>
    orLeftToDo(
      nameOf(context.origMaster),
      () => readOnlySql(before),
      async () => {
        await setReadOnly(await endUnfinished(await context.sessions.withoutBinlog(context.origMaster)), before);
        return [];
      },
    ),
};

/** The last door: from here on the original master takes no writes. super_read_only where it exists and is asked for. */
export const closeOrigMaster: Step<SwitchContext, ReadOnlyState> = {
  ...closeOrigMasterUndo,
  ...atOrigMaster('read_only on'),
  capture: async (context) => readReadOnly(await context.sessions.withoutBinlog(context.origMaster)),
  do: close,
  verify: async (context, before) =>
    verifyReadOnly(await context.sessions.withoutBinlog(context.origMaster), closed(context, before)),
};

async function close(context: SwitchContext, before: ReadOnlyState): Promise<void> {
  await setReadOnly(await context.sessions.withoutBinlog(context.origMaster), closed(context, before));
}

function closed(context: SwitchContext, before: ReadOnlyState): ReadOnlyState {
  if (before.superReadOnly === undefined) return { readOnly: true };
  return { readOnly: true, superReadOnly: before.superReadOnly || context.settings.superReadOnly };
}
