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
import { orLeftToDo, type Step } from '../engine/step.ts';
import type { SwitchContext } from '../switch/context.ts';

/** The last door: from here on the original master takes no writes. super_read_only where it exists and is asked for. */
export const closeOrigMaster: Step<SwitchContext, ReadOnlyState> = {
  name: 'close original master',
  title: (context) => `original master ${nameOf(context.origMaster)}: read_only on`,
  capture: async (context) => readReadOnly(await context.sessions.withoutBinlog(context.origMaster)),
  do: async (context, before) => {
    await setReadOnly(await context.sessions.withoutBinlog(context.origMaster), closed(context, before));
  },
  verify: async (context, before) =>
    verifyReadOnly(await context.sessions.withoutBinlog(context.origMaster), closed(context, before)),
  opens: true,
  undo: async (context, captured) => {
    const before = parseReadOnly(captured);
    await orLeftToDo(
      nameOf(context.origMaster),
      () => readOnlySql(before),
      async () => {
        await setReadOnly(await endUnfinished(await context.sessions.withoutBinlog(context.origMaster)), before);
        return [];
      },
    );
  },
};

function closed(context: SwitchContext, before: ReadOnlyState): ReadOnlyState {
  if (before.superReadOnly === undefined) return { readOnly: true };
  return { readOnly: true, superReadOnly: before.superReadOnly || context.settings.superReadOnly };
}
