import { type Endpoint, nameOf, sameEndpoint, type Target } from '../../../base/server.ts';
import { readIdentity, type ServerIdentity } from '../../../capabilities/replication/identity.ts';
import { isFrom } from '../../../capabilities/replication/masters.ts';
import { readProgress } from '../../../capabilities/replication/readStatus.ts';
import type { GtidState, Progress } from '../../../capabilities/replication/status.ts';
import { type Asked, answerLimit, observe } from '../../../cluster/observe.ts';
import type { LookContext } from '../view.ts';
import { type DeadMaster, proveRows, type Survivor } from './decide.ts';
import { type RowProof, rowProof } from './proof.ts';

/** What a server says about itself. */
export interface Answer {
  readonly identity: ServerIdentity;
  readonly progress: Progress;
}

/** What the survivors knew before MHA changed them. */
export interface Before {
  readonly dead: DeadMaster;
  readonly gtids: ReadonlyMap<Target, GtidState>;
}

export interface AfterFailover {
  readonly newMaster: Target | undefined;
  /** Servers whose `disable_log_bin` keeps what MHA replays out of their binlog. */
  readonly withoutLog: readonly Target[];
}

/** For the answer of a server, and for what replication still brings. */
const ANSWER_MS = 5000;
const COMING_MS = 10_000;
const LOOK_AGAIN_MS = 200;

/** Asks all but the dead master; to be begun with MHA, which leaves replication alone in its first seconds. Never rejects. */
export async function lookBefore(context: LookContext, servers: readonly Target[], dead: Endpoint): Promise<Before> {
  const seen = await ask(context, survivors(servers, dead));
  const own = new Set(seen.map(({ identity }) => identity?.serverId));
  const channels = seen.flatMap(({ identity }) => identity?.channels ?? []);
  const foreign = channels.filter(({ masterServerId }) => masterServerId !== 0 && !own.has(masterServerId));
  const ids = new Set(foreign.map(({ masterServerId }) => masterServerId));
  const serverId = ids.size === 1 ? foreign[0]?.masterServerId : undefined;
  const uuid = foreign.find(({ masterUuid }) => masterUuid)?.masterUuid;
  const gtids = new Map(seen.flatMap(({ server, progress }) => (progress ? [[server, progress.gtid] as const] : [])));
  return { dead: { name: nameOf(dead), serverId, uuid }, gtids };
}

/** Compares all survivors; waits for what replication still brings. Never rejects because of a server. */
export async function compareRows(
  context: LookContext,
  servers: readonly Target[],
  { dead, gtids }: Before,
  after: AfterFailover,
): Promise<RowProof> {
  const left = servers.filter((server) => nameOf(server) !== dead.name);
  const began = context.clock.ticks();
  for (;;) {
    const seen = await ask(context, left);
    const all = seen.map((one) => survivor(one, seen, gtids.get(one.server), after));
    const verdicts = all.map((one) => proveRows(one, all, dead));
    const isComing = verdicts.some(({ state }) => state === 'coming');
    if (!isComing || context.clock.ticks() - began >= COMING_MS) return rowProof(all, verdicts, dead);
    await context.clock.sleep(LOOK_AGAIN_MS, context.signal);
  }
}

function survivors(servers: readonly Target[], dead: Endpoint): Target[] {
  return servers.filter((server) => !sameEndpoint(server, dead));
}

function ask(context: LookContext, servers: readonly Target[]): Promise<Asked<Answer>[]> {
  const both = async (server: Target): Promise<Answer> => {
    const session = await context.sessions.of(server);
    return { identity: await readIdentity(session), progress: await readProgress(session) };
  };
  return observe(servers, both, answerLimit(ANSWER_MS));
}

/** What is decided from, of one server; `all` are all that were asked. */
export function survivor(
  { server, identity, progress }: Asked<Answer>,
  all: readonly Asked<Answer>[],
  before: GtidState | undefined,
  { newMaster, withoutLog }: AfterFailover,
): Survivor {
  const channels = identity?.channels ?? [];
  const from = (one: Asked<Answer>) => channels.filter((channel) => isFrom(channel, one.server, one.identity));
  const above = all.filter((one) => one.server !== server && from(one).length > 0);
  const working = above.flatMap(from).filter(({ io, sql }) => ['Yes', 'Connecting'].includes(io) && sql === 'Yes');
  const byGtid = channels.some(({ usesGtid, usingGtid }) => usesGtid && usingGtid === undefined);
  const isNewMaster = server === newMaster;
  return {
    name: nameOf(server),
    isNewMaster,
    follows: isNewMaster || above.length > 0,
    gtid: progress?.gtid,
    before,
    fetchesAll: working.length > 0 && (byGtid || above.every((one) => one.server !== newMaster)),
    connecting: working.every(({ io }) => io === 'Connecting'),
    unlogged: withoutLog.includes(server) || progress?.gtid.logsAll === false,
  };
}
