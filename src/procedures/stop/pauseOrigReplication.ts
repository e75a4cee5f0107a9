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
import { atOrigMaster, type SwitchContext } from '../switch/context.ts';
import { type Channels, channelsApplying, letApply, parseChannels, toStart } from './catchUp/applying.ts';

export interface Paused {
  readonly channels: readonly {
    readonly name: string;
    readonly from: string;
    /** True if it replicates from the new master: MHA makes that channel anew if the original is to be its replica. */
    readonly fromNewMaster: boolean;
  }[];
}

export const pauseUndo: Undo<SwitchContext, Channels> = {
  name: 'pause original replication',
  parse: parseChannels,
  undo: (context, { channels }) =>
    orLeftToDo(
      nameOf(context.origMaster),
      () => channels.map(toStart),
      async () => {
        if (channels.length === 0) return [];
        return letApply(await endUnfinished(await context.sessions.withoutBinlog(context.origMaster)), channels);
      },
    ),
};

/**
 * Where the original master is a replica itself, its SQL threads stop before the new master opens. MHA's lock does not stop
 * them: in an active/passive pair they would apply the first rows of the new master, and pass them on, before MHA repoints
 * everybody to an earlier position (1062 everywhere). What comes from a third server would reach the original alone.
 * All that the new master had in its binlog is executed first: MHA drops the relay log. The IO threads run on.
 */
export function pauseOrigReplication(): Step<SwitchContext, Paused, Channels> {
  let told: readonly string[] = [];
  return {
    ...pauseUndo,
    ...atOrigMaster('its own replication paused'),
    capture: async (context) => capture(context, await context.sessions.withoutBinlog(context.origMaster)),
    do: async (context, { channels }) => {
      if (channels.length === 0) return;
      const session = await context.sessions.withoutBinlog(context.origMaster);
      const fromNew = channels.filter((c) => c.fromNewMaster).map((c) => c.name);
      if (fromNew.length > 0) await executeAll(context, session, fromNew);
      for (const { name } of channels) await stopApplying(session, name);
      told = await notesOn(context, session, channels);
      for (const note of told) context.log.warning(note);
    },
    verify: async (context, { channels }) => {
      if (channels.length === 0) return;
      const now = await readChannels(await context.sessions.withoutBinlog(context.origMaster));
      const on = now.filter((c) => c.sql !== 'No' && channels.some(({ name }) => name === c.name));
      if (on.length > 0) throw new ServerError(`${nameOf(context.origMaster)}: ${inWords(on[0])} could not be stopped`);
    },
    notes: () => told,
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

/** Waits, while everybody can still work, until these channels have executed all that the new master has written. */
async function executeAll(context: SwitchContext, session: Session, names: readonly string[]): Promise<void> {
  const end = await readBinlogEnd(await context.sessions.of(context.newMaster));
  if (!end) return;
  const wait = {
    stepMs: 5,
    limitMs: context.settings.statementMs,
    what: 'the original master to execute its relay log',
  };
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
    if (channel.sql !== 'Yes') return inWords(channel);
    if (!(await hasExecuted(session, channel, end))) return inWords(channel);
  }
  return undefined;
}

function inWords(channel: Channel | undefined): string {
  if (!channel) return 'the channel is gone';
  const { name, io, sql, executed, lastError } = channel;
  const at = executed ? `${executed.file}:${executed.position}` : 'no position yet';
  return `${name === '' ? 'its replication' : `channel ${name}`} is at ${at}, IO ${io}, SQL ${sql}${lastError ? `: ${lastError}` : ''}`;
}

/** What stays stopped after the switch, in words. */
async function notesOn(
  context: SwitchContext,
  session: Session,
  channels: Paused['channels'],
): Promise<readonly string[]> {
  const where = nameOf(context.origMaster);
  const stay = channels.filter(({ fromNewMaster }) => !fromNewMaster || !context.origBecomesReplica);
  const notes = stay.map(async ({ name, from, fromNewMaster }) => {
    const byHand = await startApplyingSql(session, name);
    const what = `${where} no longer applies what it replicates from ${from}`;
    if (fromNewMaster) return `${what}; once the switch is over: ${byHand}`;
    return `${what}; once the switch is over, let the new master replicate from there, or on ${where}: ${byHand}`;
  });
  return Promise.all(notes);
}
