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
import { atOrigMaster, origSession, type SwitchContext } from '../switch/context.ts';

export const closeOrigMasterUndo: Undo<SwitchContext, ReadOnlyState> = {
  name: 'close original master',
  parse: parseReadOnly,
  closeAgain: close,
  undo: (context, before) =>
    orLeftToDo(
      context.origMaster,
      () => readOnlySql(before),
      async () => {
        await setReadOnly(await endUnfinished(await origSession(context)), before);
        return { left: [] };
      },
    ),
};

/** From here on the original master takes no writes. Sets super_read_only too if it exists and the settings ask for it. */
export const closeOrigMaster: Step<SwitchContext, ReadOnlyState> = {
  ...closeOrigMasterUndo,
  ...atOrigMaster('read_only on'),
  capture: async (context) => readReadOnly(await origSession(context)),
  do: close,
  verify: async (context, before) => verifyReadOnly(await origSession(context), closed(context, before)),
};

async function close(context: SwitchContext, before: ReadOnlyState): Promise<void> {
  await setReadOnly(await origSession(context), closed(context, before));
}

function closed(context: SwitchContext, before: ReadOnlyState): ReadOnlyState {
  if (before.superReadOnly === undefined) return { readOnly: true };
  return { readOnly: true, superReadOnly: before.superReadOnly || context.settings.superReadOnly };
}
