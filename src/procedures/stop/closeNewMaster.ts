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
import { atNewMaster, type SwitchContext } from '../switch/context.ts';

export const closeNewMasterUndo: Undo<SwitchContext, ReadOnlyState> = {
  name: 'close new master',
  parse: parseReadOnly,
  undo: openIt,
  closeAgain: closeIt,
  onNewMaster: true,
};

/** The new master must take no writes until `start`. */
export const closeNewMaster: Step<SwitchContext, ReadOnlyState> = {
  ...closeNewMasterUndo,
  ...atNewMaster('read_only on'),
  capture: async (context) => readReadOnly(await context.sessions.of(context.newMaster)),
  do: closeIt,
  verify: async (context, before) => verifyReadOnly(await context.sessions.of(context.newMaster), closed(before)),
};

/** As a replica it may have taken writes; one that is no replica any more would be a second master. */
async function openIt(context: SwitchContext, before: ReadOnlyState): Promise<readonly string[]> {
  let notes: string[] = [];
  await orLeftToDo(
    nameOf(context.newMaster),
    () => readOnlySql(before),
    async () => {
      const session = await endUnfinished(await context.sessions.of(context.newMaster));
      const { channels } = await readIdentity(session);
      const mayOpen = before.readOnly || channels.length > 0;
      await setReadOnly(session, mayOpen ? before : closed(before));
      if (!mayOpen) notes = [`${nameOf(context.newMaster)} is no replica any more: it stays read_only`];
      return [];
    },
  );
  return notes;
}

/** If it was made the master by hand at this very moment, it is opened again. */
async function closeIt(context: SwitchContext, before: ReadOnlyState): Promise<void> {
  const session = await context.sessions.of(context.newMaster);
  const was = await setReadOnly(session, closed(before));
  const { channels } = await readIdentity(session);
  const [orig] = await (await context.sessions.withoutBinlog(context.origMaster)).rows(
    'SELECT @@server_id AS serverId',
  );
  const identity = { serverId: Number(orig?.serverId) };
  const isReplica = channels.some((channel) => isFrom(channel, context.origMaster, identity));
  if (isReplica && was.readOnly === before.readOnly) return;
  await setReadOnly(session, was);
  throw new ServerError(
    `${nameOf(context.newMaster)} was changed by somebody else: it ${isReplica ? 'was opened' : `no longer replicates from ${nameOf(context.origMaster)}`}`,
  );
}

function closed(before: ReadOnlyState): ReadOnlyState {
  return { ...before, readOnly: true };
}
