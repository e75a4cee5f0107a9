import { messageOf, ServerError } from '../../base/errors.ts';
import { type Endpoint, endpointOf, nameOf, sameEndpoint, type Target } from '../../base/server.ts';
import type { JournalData, ServerBefore } from '../../capabilities/journal/data.ts';
import type { Journal } from '../../capabilities/journal/journal.ts';
import { readIdentity, type ServerIdentity } from '../../capabilities/replication/identity.ts';
import { isFrom } from '../../capabilities/replication/masters.ts';
import { readStartedAt } from '../../capabilities/variables.ts';
import { looking, type SwitchContext } from '../switch/context.ts';
import type { Situation, View } from './decide.ts';

/** What the one who recovers knows besides. */
export interface Knowledge {
  /** The caller began this switch, and has been at it ever since. */
  readonly ownRun?: boolean;
  /** The caller saw that MHA never ran `start`. */
  readonly startNeverRun?: boolean;
  /** Servers that are down and stay down, by the operator's word. */
  readonly saidDown?: readonly Pick<Endpoint, 'host' | 'ip' | 'port'>[];
  /** As `saidDown`, for the new master of the switch. */
  readonly newMasterIsDown?: boolean;
  /** Hosts whose processes are known to have ended with them. */
  readonly deadHosts?: readonly string[];
  /** How long replication may take to bring the rights back before they are given directly. */
  readonly replicationMs?: number;
}

/** A server that was asked who it is. */
export interface Looked {
  readonly server: Target;
  readonly identity?: ServerIdentity;
  /** As the server itself says, see {@link readStartedAt}. */
  readonly startedAt?: number;
  readonly failure?: { readonly why: string; readonly refused: boolean };
}

/** What the journal, its claim and a look at every server say together. */
export async function situationOf(
  looked: readonly Looked[],
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
 * The original master, the new one, then the others, all asked at once. What could not be asked the time `before` is not
 * waited for again.
 */
export function lookAtServers(context: SwitchContext, before: readonly Looked[] = []): Promise<Looked[]> {
  const servers = [context.origMaster, context.newMaster, ...context.replicas];
  const brief = looking(context);
  return Promise.all(
    servers.map(async (server) => before.find((one) => one.server === server && one.failure) ?? lookAt(brief, server)),
  );
}

async function lookAt({ sessions, signal }: SwitchContext, server: Target): Promise<Looked> {
  try {
    const asked = sessions
      .any(server)
      .then(async (one) => ({ identity: await readIdentity(one), startedAt: await readStartedAt(one) }));
    return { server, ...(await inTime(asked, signal)) };
  } catch (error) {
    const refused = error instanceof ServerError && error.code === 'ECONNREFUSED';
    const said = messageOf(error);
    const why = said.includes(nameOf(server)) ? said : `${nameOf(server)}: ${said}`;
    return { server, failure: { why, refused } };
  }
}

/** What is not ready in time is not waited for: ending a statement on a server that is cut off takes its own time. */
async function inTime<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  work.catch(() => {});
  let stop: (() => void) | undefined;
  const over = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    if (stop) signal.removeEventListener('abort', stop);
  }
}

/** What the journal keeps of each server, to be compared with later. */
export function serversBefore(looked: readonly Looked[]): ServerBefore[] {
  return looked.flatMap((one) => {
    const { server, identity, startedAt } = one;
    if (!identity) return [];
    const follows = mastersOf(one, looked).map(endpointOf);
    return [{ server: endpointOf(server), readOnly: identity.readOnly, follows, startedAt }];
  });
}

function viewOf(one: Looked, all: readonly Looked[], data: JournalData, { saidDown = [] }: Knowledge): View {
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

function stateOf({ identity, failure }: Looked): Pick<View, 'state' | 'why'> {
  if (identity) return { state: identity.readOnly ? 'closed' : 'writable' };
  return { state: failure?.refused ? 'dead' : 'unknown', why: failure?.why ?? 'no answer' };
}

/** Whether it was started since the look before the switch: it has forgotten a read_only that was set before. */
function restartedSince({ startedAt }: Looked, before: ServerBefore | undefined): boolean {
  return startedAt !== undefined && before?.startedAt !== undefined && startedAt !== before.startedAt;
}

/** The servers of the configuration that it replicates from; one that cannot be asked is known by its address. */
function mastersOf({ server, identity }: Looked, all: readonly Looked[]): Target[] {
  const masters = all.filter(
    (other) => other.server !== server && identity?.channels.some((c) => isFrom(c, other.server, other.identity)),
  );
  return masters.map((master) => master.server);
}
