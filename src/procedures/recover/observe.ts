import { type Endpoint, endpointOf, nameOf, sameEndpoint, type Target } from '../../base/server.ts';
import type { JournalData, ServerBefore } from '../../capabilities/journal/data.ts';
import type { Journal } from '../../capabilities/journal/journal.ts';
import { askWhoSince, mastersOf, type Observed, observe } from '../../cluster/observe.ts';
import { looking, type SwitchContext } from '../switch/context.ts';
import type { Situation, View } from './decide.ts';

/** What the caller knows that neither the journal nor the servers say. */
export interface Knowledge {
  /** The caller began this switch and has worked on it ever since. */
  readonly ownRun?: boolean;
  /** The caller saw that MHA never ran `start`. */
  readonly startNeverRun?: boolean;
  /** Servers that the operator declared down for good. */
  readonly saidDown?: readonly Pick<Endpoint, 'host' | 'ip' | 'port'>[];
  /** As `saidDown`, for the new master of the switch. */
  readonly newMasterIsDown?: boolean;
  /** Hosts that are known to be down, and their processes with them. */
  readonly deadHosts?: readonly string[];
  /** How long to wait, in ms, for replication to bring the privileges back before they are granted directly. */
  readonly replicationMs?: number;
}

/** What the journal, its claim and a look at every server say together. */
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

/**
 * The original master, the new one, then the others, all asked at once. A server that could not be asked `before` is not
 * asked again.
 */
export function lookAtServers(context: SwitchContext, before: readonly Observed[] = []): Promise<Observed[]> {
  const { sessions, signal } = looking(context);
  const known = (server: Target) => before.find((one) => one.server === server && one.failure);
  const ask = async (server: Target): Promise<Partial<Observed>> =>
    known(server) ?? askWhoSince(await sessions.any(server));
  return observe([context.origMaster, context.newMaster, ...context.replicas], ask, signal);
}

/** What the journal keeps of each server, to be compared with later. */
export function serversBefore(looked: readonly Observed[]): ServerBefore[] {
  return looked.flatMap((one) => {
    const { server, identity, startedAt } = one;
    if (!identity) return [];
    const follows = mastersOf(one, looked).map(endpointOf);
    return [{ server: endpointOf(server), readOnly: identity.readOnly, follows, startedAt }];
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
    followed: before?.follows.map((f) => nameOf(all.find(({ server }) => sameEndpoint(server, f))?.server ?? f)),
  };
}

function stateOf({ identity, failure }: Observed): Pick<View, 'state' | 'why'> {
  if (identity) return { state: identity.readOnly ? 'closed' : 'writable' };
  return { state: failure?.code === 'ECONNREFUSED' ? 'dead' : 'unknown', why: failure?.why ?? 'no answer' };
}

/** True if it was started since the look before the switch: a read_only that was set before then is forgotten. */
function restartedSince({ startedAt }: Observed, before: ServerBefore | undefined): boolean {
  return startedAt !== undefined && before?.startedAt !== undefined && startedAt !== before.startedAt;
}
