import { nameOf } from '../../base/server.ts';
import {
  parseReadOnly,
  type ReadOnlyState,
  readOnlySql,
  readReadOnly,
  setReadOnly,
  verifyReadOnly,
} from '../../capabilities/readOnly.ts';
import { endUnfinished } from '../../capabilities/unfinished.ts';
import type { SwitchContext } from '../context.ts';
import { orLeftToDo, type Step } from '../step.ts';

/** The new master must take no writes until `start`. */
export const closeNewMaster: Step<SwitchContext, ReadOnlyState> = {
  name: 'close new master',
  title: (context) => `new master ${nameOf(context.newMaster)}: read_only on`,
  capture: async (context) => readReadOnly(await context.sessions.of(context.newMaster)),
  do: async (context, before) => setReadOnly(await context.sessions.of(context.newMaster), closed(before)),
  verify: async (context, before) => verifyReadOnly(await context.sessions.of(context.newMaster), closed(before)),
  undo: async (context, captured) => {
    const before = parseReadOnly(captured);
    await orLeftToDo(nameOf(context.newMaster), readOnlySql(before), async () => {
      await setReadOnly(await endUnfinished(await context.sessions.of(context.newMaster)), before);
      return [];
    });
  },
};

function closed(before: ReadOnlyState): ReadOnlyState {
  return { ...before, readOnly: true };
}
