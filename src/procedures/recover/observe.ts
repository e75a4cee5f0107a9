import { type Endpoint, endpointOf, nameOf, sameEndpoint, type Target } from '../../base/server.ts';
import type { JournalData, ServerBefore } from '../../capabilities/journal/data.ts';
import type { Journal } from '../../capabilities/journal/journal.ts';
import { isFrom, replicatesFrom } from '../../capabilities/replication/masters.ts';
import { askWhoSince, mastersOf, type Observed, observe } from '../../cluster/observe.ts';
import { looking, type SwitchContext } from '../switch/context.ts';
import { isStillMaster, isWriter, type Situation, type View } from './decide.ts';

/** What the caller knows that neither the journal nor the servers say. */
export interface Knowledge {
  /** The caller began this switch and has worked on it ever since. */
  readonly ownRun?: boolean;
  /** The caller saw that MHA never ran `start`. */
  readonly startNeverRun?: boolean;
  /** Servers that are down for good, as the operator says. */
  readonly saidDown?: readonly Pick<Endpoint, 'host' | 'ip' | 'port'>[];
  /** The same, for the new master of the switch. */
  readonly newMasterIsDown?: boolean;
  /** Hosts that are down, and their processes with them. */
  readonly deadHosts?: readonly string[];
  /** Why the switch is ended here, for its record. */
  readonly reason?: string | undefined;
  /** How long to wait, in ms, for replication to bring the privileges back before granting them directly. */
  readonly replicationMs?: number;
}

/** What the journal, its claim and a look at every server show together. */
export async function situationOf(
  looked: readonly Observed[],
  journal: Journal,
  knowledge: Knowledge,
): Promise<Situation> {
  const [origMaster, next, ...others] = looked.map((one) => viewOf(one, looked, journal.data, knowledge));
  const newMaster = next && { ...next, saidDown: next.saidDown || knowledge.newMasterIsDown === true };
  if (!origMaster || !newMaster) throw new Error('a switch has two masters');
  return {
    phase: journal.data.phase,
    owed: journal.data.steps.filter((s) => s.state !== 'undone').map((s) => s.name),
    atWork: await journal.atWork(knowledge.deadHosts),
    origMaster,
    newMaster,
    others,
    neverOpened: (knowledge.startNeverRun ?? false) || (await journal.isUnopened()),
    ownRun: knowledge.ownRun ?? false,
  };
}

/** Looks at the original master, the new one and the others. A server that could not be asked `before` is not asked again. */
export function lookAtServers(context: SwitchContext, before: readonly Observed[] = []): Promise<Observed[]> {
  const { sessions, signal } = looking(context);
  const known = (server: Target) => before.find((one) => one.server === server && one.failure);
  const ask = async (server: Target): Promise<Partial<Observed>> =>
    known(server) ?? askWhoSince(await sessions.any(server));
  return observe([context.origMaster, context.newMaster, ...context.replicas], ask, signal);
}

/** What the journal records of each server, for later comparison. */
export function serversBefore(looked: readonly Observed[]): ServerBefore[] {
  return looked.flatMap((one) => {
    const { server, identity, startedAt } = one;
    if (!identity) return [];
    const follows = mastersOf(one, looked).map(endpointOf);
    const masters = identity.channels.map(({ masterHost, masterPort, masterServerId }) => {
      return { masterHost, masterPort, masterServerId };
    });
    return [{ server: endpointOf(server), readOnly: identity.readOnly, follows, masters, startedAt }];
  });
}

/** A master that could not be asked before the switch is recognized by what its replica recorded of it. */
function followedBefore({ follows, masters = [] }: ServerBefore, all: readonly Observed[]): string[] {
  const known = follows.map((f) => nameOf(all.find(({ server }) => sameEndpoint(server, f))?.server ?? f));
  const recognized = all.filter((other) => masters.some((master) => isFrom(master, other.server, other.identity)));
  return [...new Set([...known, ...recognized.map(({ server }) => nameOf(server))])];
}

/**
 * The servers other than the new master that are masters now, see {@link isWriter}. Without a journal the earlier masters of
 * the original master are unknown: it is still a master if the new one is its replica.
 */
export async function mastersBeside(looked: readonly Observed[], journal: Journal | undefined): Promise<Target[]> {
  const [orig, next] = looked;
  if (journal) {
    const s = await situationOf(looked, journal, {});
    const masters = [s.origMaster].filter(isStillMaster).concat(s.others.filter((view) => isWriter(view, s)));
    return looked.map(({ server }) => server).filter((server) => masters.some(({ name }) => name === nameOf(server)));
  }
  const isFollowed = (server: Target) =>
    server === orig?.server && replicatesFrom(next?.identity, server, orig.identity);
  return looked.flatMap(({ server, identity }) => {
    const isMaster = identity?.readOnly === false && (identity.channels.length === 0 || isFollowed(server));
    return isMaster && server !== next?.server ? [server] : [];
  });
}

function viewOf(one: Observed, all: readonly Observed[], data: JournalData, { saidDown = [] }: Knowledge): View {
  const name = nameOf(one.server);
  const before = data.before?.find(({ server }) => sameEndpoint(server, one.server));
  const restarted = restartedSince(one, before);
  return {
    name,
    ...stateOf(one),
    restarted,
    openedSince: before?.readOnly === true && one.identity?.readOnly === false && !restarted,
    saidDown: saidDown.some((server) => sameEndpoint(server, one.server)),
    follows: mastersOf(one, all).map(nameOf),
    followed: before && followedBefore(before, all),
  };
}

function stateOf({ identity, failure }: Observed): Pick<View, 'state' | 'why'> {
  if (identity) return { state: identity.readOnly ? 'closed' : 'writable' };
  return { state: failure?.code === 'ECONNREFUSED' ? 'dead' : 'unknown', why: failure?.why ?? 'no answer' };
}

/** True if the server was restarted since the look before the switch: it has lost a read_only set before. */
function restartedSince({ startedAt }: Observed, before: ServerBefore | undefined): boolean {
  return startedAt !== undefined && before?.startedAt !== undefined && startedAt !== before.startedAt;
}
