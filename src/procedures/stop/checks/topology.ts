import { nameOf, type Target } from '../../../base/server.ts';
import type { ServerIdentity } from '../../../capabilities/replication/identity.ts';
import { isFrom } from '../../../capabilities/replication/masters.ts';
import { startReplicating } from '../../../capabilities/replication/statements.ts';
import type { Channel } from '../../../capabilities/replication/status.ts';
import type { SwitchContext } from '../../switch/context.ts';

/** By name, see {@link nameOf}. */
type Identities = ReadonlyMap<string, ServerIdentity>;
type Masters = Pick<SwitchContext, 'origMaster' | 'newMaster'>;

/** Why these are not a master that takes writes and its replica that can change places. */
export function topologyReasons(context: Masters, identities: Identities): string[] {
  return [...pairReasons(context, identities), ...stoppedReasons(context, identities)];
}

/** The new master's channel from the original master. */
export function channelName({ origMaster, newMaster }: Masters, found: Identities): string {
  const orig = found.get(nameOf(origMaster));
  const channels = found.get(nameOf(newMaster))?.channels ?? [];
  return channels.find((c) => orig && isFrom(c, origMaster, orig))?.name ?? '';
}

function pairReasons(context: Masters, identities: Identities): string[] {
  const orig = identities.get(nameOf(context.origMaster));
  const next = identities.get(nameOf(context.newMaster));
  if (!orig || !next) return ['the original or the new master could not be identified'];
  if (orig.instance === next.instance) {
    const names = `${nameOf(context.origMaster)} and ${nameOf(context.newMaster)}`;
    return [`${names} are the same server; name another new master`];
  }
  const channel = next.channels.find((c) => isFrom(c, context.origMaster, orig));
  if (!channel) return [notAReplica(context, next)];
  const reasons: string[] = [];
  if (channel.io !== 'Yes' || channel.sql !== 'Yes') reasons.push(notRunning(context.newMaster, channel, next.version));
  if (channel.delay > 0) reasons.push(delayed(context.newMaster, channel));
  if (!next.logBin) {
    reasons.push(`${nameOf(context.newMaster)} has no binlog: it cannot be a master. Set log_bin there and restart it`);
  }
  return reasons;
}

/** If the original master takes no writes, somebody else may be moving it, from another host. */
function stoppedReasons({ origMaster }: Masters, identities: Identities): string[] {
  if (!identities.get(nameOf(origMaster))?.readOnly) return [];
  return [
    `${nameOf(origMaster)} is read_only already: another manager may be moving it, or somebody closed it. ` +
      'If nobody is at work on it, open it (SET GLOBAL read_only = 0) and try again',
  ];
}

function notAReplica(context: Masters, next: ServerIdentity): string {
  const from = next.channels.map((c) => `${c.masterHost}:${c.masterPort}`).join(', ') || 'nothing';
  return (
    `${nameOf(context.newMaster)} does not replicate from ${nameOf(context.origMaster)} but from ${from}; ` +
    'choose a replica of the original master'
  );
}

function delayed(server: Target, { delay }: Channel): string {
  return (
    `${nameOf(server)} delays replication by ${delay} s (MASTER_DELAY), and nobody could write for as long; ` +
    'set it to 0 there, or choose another server'
  );
}

function notRunning(server: Target, channel: Channel, version: string): string {
  const error = channel.lastError ? `: ${channel.lastError}` : '';
  const start = startReplicating(version, channel.name);
  return `replication on ${nameOf(server)} is not running (IO ${channel.io}, SQL ${channel.sql})${error}; fix it and run ${start}`;
}
