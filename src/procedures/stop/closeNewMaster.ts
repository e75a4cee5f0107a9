import { nameOf } from '../../base/server.ts';
import { type ReadOnlyState, readReadOnly, setReadOnly, verifyReadOnly } from '../../capabilities/readOnly.ts';
import type { SwitchContext } from '../context.ts';
import type { Step } from '../step.ts';

/** The new master must take no writes until `start`. */
export const closeNewMaster: Step<SwitchContext, ReadOnlyState> = {
  name: 'close new master',
  title: (context) => `new master ${nameOf(context.newMaster)}: read_only on`,
  capture: async (context) => readReadOnly(await context.sessions.of(context.newMaster)),
  do: async (context, before) => setReadOnly(await context.sessions.of(context.newMaster), closed(before)),
  verify: async (context, before) => verifyReadOnly(await context.sessions.of(context.newMaster), closed(before)),
  undo: async (context, before) => setReadOnly(await context.sessions.of(context.newMaster), before),
};

function closed(before: ReadOnlyState): ReadOnlyState {
  return { ...before, readOnly: true };
}
