import { ServerError } from '../../base/errors.ts';
import { nameOf } from '../../base/server.ts';
import {
  parseReadOnly,
  type ReadOnlyState,
  readOnlySql,
  readReadOnly,
  setReadOnly,
  verifyReadOnly,
} from '../../capabilities/readOnly.ts';
import { readIdentity } from '../../capabilities/replication/identity.ts';
import { isFrom } from '../../capabilities/replication/masters.ts';
import { endUnfinished } from '../../capabilities/sessions/unfinished.ts';
import { orLeftToDo } from '../engine/leftToDo.ts';
import type { Step, Undo } from '../engine/step.ts';
import { atNewMaster, origSession, type SwitchContext } from '../switch/context.ts';

export const closeNewMasterUndo: Undo<SwitchContext, ReadOnlyState> = {
  name: 'close new master',
  parse: parseReadOnly,
  undo: makeWritable,
  closeAgain: close,
  onNewMaster: true,
};

/** The new master must take no writes until `start`. */
export const closeNewMaster: Step<SwitchContext, ReadOnlyState> = {
  ...closeNewMasterUndo,
  ...atNewMaster('read_only on'),
  capture: async (context) => readReadOnly(await context.sessions.of(context.newMaster)),
  do: close,
  verify: async (context, before) => verifyReadOnly(await context.sessions.of(context.newMaster), closed(before)),
};

/** A replica may have taken writes before; a server that is no replica any more would be a second master. */
function makeWritable(context: SwitchContext, before: ReadOnlyState) {
  return orLeftToDo(
    context.newMaster,
    () => readOnlySql(before),
    async () => {
      const session = await endUnfinished(await context.sessions.of(context.newMaster));
      const { channels } = await readIdentity(session);
      const mayOpen = before.readOnly || channels.length > 0;
      await setReadOnly(session, mayOpen ? before : closed(before));
      const notes = mayOpen ? [] : [`${nameOf(context.newMaster)} is no replica any more: it stays read_only`];
      return { left: [], notes };
    },
  );
}

/** If somebody made it the master by hand at this very moment, it is made writable again. */
async function close(context: SwitchContext, before: ReadOnlyState): Promise<void> {
  const session = await context.sessions.of(context.newMaster);
  const was = await setReadOnly(session, closed(before));
  const { channels } = await readIdentity(session);
  const [orig] = await (await origSession(context)).rows('SELECT @@server_id AS serverId');
  const identity = { serverId: Number(orig?.serverId) };
  const isReplica = channels.some((channel) => isFrom(channel, context.origMaster, identity));
  if (isReplica && was.readOnly === before.readOnly) return;
  await setReadOnly(session, was);
  const what = isReplica ? 'was opened' : `no longer replicates from ${nameOf(context.origMaster)}`;
  throw new ServerError(`${nameOf(context.newMaster)} was changed by somebody else: it ${what}`);
}

function closed(before: ReadOnlyState): ReadOnlyState {
  return { ...before, readOnly: true };
}
