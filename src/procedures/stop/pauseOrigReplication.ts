import type { Session } from '../../adapters/mysql/session.ts';
import { ServerError } from '../../base/errors.ts';
import { nameOf } from '../../base/server.ts';
import { type BinlogEnd, hasExecuted, readBinlogEnd } from '../../capabilities/replication/binlogEnd.ts';
import { readChannels } from '../../capabilities/replication/channels.ts';
import { readIdentity } from '../../capabilities/replication/identity.ts';
import { isFrom } from '../../capabilities/replication/masters.ts';
import { startApplyingSql, stopApplying } from '../../capabilities/replication/statements.ts';
import type { Channel } from '../../capabilities/replication/status.ts';
import { endUnfinished } from '../../capabilities/sessions/unfinished.ts';
import { orLeftToDo } from '../engine/leftToDo.ts';
import type { Step, Undo } from '../engine/step.ts';
import { pollUntil } from '../engine/waiting.ts';
import { atOrigMaster, origSession, type SwitchContext } from '../switch/context.ts';
import { type Channels, channelsApplying, letApply, parseChannels, toStart } from './catchUp/applying.ts';

interface Paused {
  readonly channels: readonly {
    readonly name: string;
    readonly from: string;
    /** True if its master is the new master: MHA sets this channel up again if the original is to be its replica. */
    readonly fromNewMaster: boolean;
  }[];
}

export const pauseUndo: Undo<SwitchContext, Channels> = {
  name: 'pause original replication',
  parse: parseChannels,
  undo: (context, { channels }) =>
    orLeftToDo(
      context.origMaster,
      () => channels.map(toStart),
      async () => {
        if (channels.length === 0) return { left: [] };
        return { left: await letApply(await endUnfinished(await origSession(context)), channels) };
      },
    ),
};

/**
 * If the original master is a replica itself, its SQL threads stop before the new master opens. MHA's lock does not stop them:
 * in an active/passive pair they would apply the new master's first rows and pass them on before MHA repoints everybody to an
 * earlier position (1062 everywhere); rows from a third server would reach only the original master. MHA drops the relay log,
 * so everything in the new master's binlog is executed first. The IO threads go on.
 */
export function pauseOrigReplication(): Step<SwitchContext, Paused, Channels> {
  let notes: readonly string[] = [];
  return {
    ...pauseUndo,
    ...atOrigMaster('its own replication paused'),
    capture: async (context) => capture(context, await origSession(context)),
    do: async (context, { channels }) => {
      if (channels.length === 0) return;
      const session = await origSession(context);
      const fromNew = channels.filter((c) => c.fromNewMaster).map((c) => c.name);
      if (fromNew.length > 0) await executeAll(context, session, fromNew);
      for (const { name } of channels) await stopApplying(session, name);
      notes = await notesOn(context, session, channels);
      for (const note of notes) context.log.warning(note);
    },
    verify: async (context, { channels }) => {
      if (channels.length === 0) return;
      const now = await readChannels(await origSession(context));
      const on = now.filter((c) => c.sql !== 'No' && channels.some(({ name }) => name === c.name));
      if (on.length > 0) throw new ServerError(`${nameOf(context.origMaster)}: ${inWords(on[0])} could not be stopped`);
    },
    notes: () => notes,
  };
}

async function capture(context: SwitchContext, session: Session): Promise<Paused> {
  const channels = await channelsApplying(session);
  if (channels.length === 0) return { channels: [] };
  const next = await readIdentity(await context.sessions.of(context.newMaster));
  return {
    channels: channels.map((channel) => ({
      name: channel.name,
      from: nameOf({ host: channel.masterHost, port: channel.masterPort }),
      fromNewMaster: isFrom(channel, context.newMaster, next),
    })),
  };
}

/** Waits, while everybody can still work, until these channels have executed everything in the new master's binlog. */
async function executeAll(context: SwitchContext, session: Session, names: readonly string[]): Promise<void> {
  const end = await readBinlogEnd(await context.sessions.of(context.newMaster));
  if (!end) return;
  const limitMs = context.settings.statementMs;
  const wait = { stepMs: 5, limitMs, what: 'the original master to execute its relay log' };
  const left = await pollUntil(context, wait, () => unexecuted(session, names, end));
  if (left === undefined) return;
  const where = `${nameOf(context.newMaster)} up to ${end.file}:${end.position}`;
  throw new ServerError(
    `${nameOf(context.origMaster)} has not executed what it replicates from ${where} (${left}); MHA would drop it. ` +
      'Mend that replication and try again; or, if nothing is missing, stop it for good (STOP SLAVE)',
  );
}

async function unexecuted(session: Session, names: readonly string[], end: BinlogEnd): Promise<string | undefined> {
  for (const channel of await readChannels(session)) {
    if (!names.includes(channel.name)) continue;
    if (channel.sql !== 'Yes' || !(await hasExecuted(session, channel, end))) return inWords(channel);
  }
  return undefined;
}

function inWords(channel: Channel | undefined): string {
  if (!channel) return 'the channel is gone';
  const { name, io, sql, executed, lastError } = channel;
  const at = executed ? `${executed.file}:${executed.position}` : 'no position yet';
  const what = name === '' ? 'its replication' : `channel ${name}`;
  return `${what} is at ${at}, IO ${io}, SQL ${sql}${lastError ? `: ${lastError}` : ''}`;
}

/** What stays stopped after the switch, in words. */
function notesOn(context: SwitchContext, session: Session, channels: Paused['channels']): Promise<string[]> {
  const where = nameOf(context.origMaster);
  const stay = channels.filter(({ fromNewMaster }) => !fromNewMaster || !context.origBecomesReplica);
  return Promise.all(
    stay.map(async ({ name, from, fromNewMaster }) => {
      const what = `${where} no longer applies what it replicates from ${from}; once the switch is over`;
      const byHand = await startApplyingSql(session, name);
      return `${what}${fromNewMaster ? '' : `, let the new master replicate from there, or on ${where}`}: ${byHand}`;
    }),
  );
}
