import { quote } from '../../../../base/account.ts';
import { error, type Finding, note, warning } from '../../../../base/finding.ts';
import { readChannelsInFull } from '../../../../capabilities/replication/channels.ts';
import { isFrom } from '../../../../capabilities/replication/masters.ts';
import type { Channel } from '../../../../capabilities/replication/status.ts';
import type { Check, CheckedServer } from '../../context.ts';
import { follows, tierAbove } from '../../reach.ts';
import { each, othersOf, someOf, whereOf } from '../each.ts';

/** MHA's limit for an online switch (`--seconds_behind_master`), and what makes a switch take noticeably longer. */
const REFUSED_SECONDS = 30;
const SLOW_SECONDS = 5;

/** Replicas that do not replicate from the master, or not well: MHA looks at each of them and refuses. */
export const replication: Check = {
  title: 'replication',
  run: async (context) => {
    const { master } = context;
    if (!master) return [];
    return each(othersOf(context), async (server) => {
      const above = tierAbove(context.servers, server, master);
      const channels = await readChannelsInFull(server.session);
      const replicas = context.servers.filter((other) => follows(other, server));
      return [
        ...(above ? lowerTier(whereOf(server), above) : []),
        ...health(whereOf(server), channels, above ?? master, server.mayBeMaster),
        ...(replicas.length > 0 && !server.identity.readOnly ? [secondMaster(server, replicas)] : []),
      ];
    });
  },
};

function lowerTier(where: string, above: CheckedServer): Finding[] {
  const text = `it replicates from ${whereOf(above)}, a replica (multi_tier_slave): MHA neither repoints it nor makes it the master`;
  return [note('lower_tier', where, text)];
}

/** MHA counts every server that has replicas as a master, and stands one writable one (get_primary_master). */
function secondMaster(server: CheckedServer, replicas: readonly CheckedServer[]): Finding {
  const text = `it has replicas (${someOf(replicas.map(whereOf))}) and is not read_only: to MHA it is a second master`;
  const advice = 'set read_only there, in the configuration too: MHA refuses every switch until then';
  return error('two_masters', whereOf(server), text, advice, ['SET GLOBAL read_only = 1']);
}

/** Pure: what is wrong with a replica's channels; `master` is whom it should replicate from. */
export function health(
  where: string,
  channels: readonly Channel[],
  master: Pick<CheckedServer, 'target' | 'identity'>,
  mayBeMaster = true,
): Finding[] {
  const name = `${master.target.host}:${master.target.port}`;
  const channel = channels.find((c) => isFrom(c, master.target, master.identity));
  if (!channel) {
    const from = channels.map((c) => `${c.masterHost}:${c.masterPort}`).join(', ') || 'nothing';
    const text = `it does not replicate from the master ${name}, but from ${from}`;
    const advice =
      "make it a replica of the master, or take it out of MHA's file; of a replica that is in the file: multi_tier_slave = 1";
    return [error('not_a_replica', where, text, advice)];
  }
  const sources = channels.length > 1 ? [manySources(where, channels)] : [];
  if (channel.delay > 0) sources.push(delayed(where, channel.delay, mayBeMaster));
  const stopped = [...(channel.io === 'Yes' ? [] : ['IO']), ...(channel.sql === 'Yes' ? [] : ['SQL'])];
  const known = [...sources, ...byGtid(where, channel)];
  if (stopped.length > 0) return [...known, notRunning(where, channel, stopped)];
  return [...known, ...behind(where, channel.secondsBehind)];
}

/** MHA 0.58 knows MySQL's GTIDs alone: its CHANGE MASTER names file and position, and MariaDB then turns GTID off (seen). */
function byGtid(where: string, { name, usingGtid = 'No' }: Channel): Finding[] {
  if (usingGtid === 'No') return [];
  const mode = usingGtid.toLowerCase();
  const channel = name === '' ? '' : ` ${quote(name)}`;
  const text = `it replicates by GTID (Using_Gtid = ${usingGtid}); a switch of MHA's puts it back on file and position`;
  const advice = 'nothing is lost by that; after each switch turn GTID on again, here and on the old master:';
  const sql = `STOP SLAVE${channel}; CHANGE MASTER${channel} TO MASTER_USE_GTID = ${mode}; START SLAVE${channel}`;
  return [warning('gtid_turned_off', where, text, advice, [sql])];
}

function notRunning(where: string, { io, sql, lastError }: Channel, stopped: readonly string[]): Finding {
  const text = `replication does not run (IO ${io}, SQL ${sql})${lastError ? `: ${lastError}` : ''}`;
  const advice = `mend it and start the ${stopped.join(' and ')} thread: MHA refuses a switch`;
  return error('replication_stopped', where, text, advice);
}

function delayed(where: string, seconds: number, mayBeMaster: boolean): Finding {
  const text = `it holds back what it replicates for ${seconds} s (MASTER_DELAY)`;
  if (!mayBeMaster) {
    const more = `; MHA repoints it only once it has executed everything, and refuses a switch above ${REFUSED_SECONDS} s`;
    return note('replica_delayed', where, text + more);
  }
  const advice = 'set MASTER_DELAY to 0 there, or no_master=1 in MHA’s file: a switch to it is refused';
  return error('replica_delayed', where, text, advice);
}

function behind(where: string, seconds: number | undefined): Finding[] {
  if (seconds === undefined || seconds < SLOW_SECONDS) return [];
  const refused = seconds > REFUSED_SECONDS;
  const text = `it is ${seconds} s behind its master`;
  const advice = refused
    ? `wait, or find out what it is busy with: MHA refuses an online switch above ${REFUSED_SECONDS} s`
    : 'wait until it is level: a switch waits for it with the applications shut out';
  return [(refused ? error : warning)('replica_behind', where, text, advice)];
}

function manySources(where: string, channels: readonly Channel[]): Finding {
  const from = channels.map((c) => `${c.masterHost}:${c.masterPort}${c.name ? ` (${c.name})` : ''}`).join(', ');
  const text = `it has ${channels.length} masters: ${from}`;
  const advice = 'MHA looks at one of them only, and repoints it';
  return warning('many_masters', where, text, advice);
}
