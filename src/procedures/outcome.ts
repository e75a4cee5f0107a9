import { messageOf } from '../base/errors.ts';
import { nameOf, type Target } from '../base/server.ts';
import { type Channel, readIdentity, type ServerIdentity, stopForGood } from '../capabilities/replication.ts';
import type { SwitchContext } from './context.ts';
import type { MasterNow, Standing } from './masterNow.ts';
import { isFrom } from './stop/topology.ts';

/** A server at the end, or why it could not be asked. */
export interface ServerOutcome {
  readonly server: Target;
  readonly identity?: ServerIdentity;
  readonly failure?: string;
}

/** Asks every server who it is now, all at once. */
export function lookAround(
  context: Pick<SwitchContext, 'sessions'>,
  servers: readonly Target[],
): Promise<ServerOutcome[]> {
  return Promise.all(
    servers.map(async (server) => {
      try {
        return { server, identity: await readIdentity(await context.sessions.of(server)) };
      } catch (error) {
        return { server, failure: messageOf(error) };
      }
    }),
  );
}

/** The servers as {@link masterNow} looks at them. */
export function standings(seen: readonly ServerOutcome[]): Standing<Target>[] {
  return seen.map(({ server, identity }) => {
    const masters = seen.filter((o) => o.server !== server && identity?.channels.some((c) => leadsTo(c, o)));
    const state = !identity ? 'down' : identity.readOnly ? 'closed' : 'writable';
    return { server, state, masters: masters.map((o) => o.server) };
  });
}

/** A server that cannot be asked is known by its address alone. */
function leadsTo(channel: Channel, { server, identity }: ServerOutcome): boolean {
  if (identity) return isFrom(channel, server, identity);
  return channel.masterPort === server.port && [server.host, server.ip].includes(channel.masterHost);
}

/**
 * What is not as it should be beside {@link masterProblems}; `down` is a server that may be dead. Pure: decides on what
 * was seen.
 */
export function outcomeProblems(seen: readonly ServerOutcome[], now: MasterNow<Target>, down?: Target): string[] {
  const master = seen.find((o) => o.server === now.master);
  return seen.flatMap((one) => {
    if (one === master) return leftoverProblems(one, seen);
    if (now.rivals.includes(one.server)) return [];
    if (one.identity) return master ? replicaProblems(one.server, one.identity, master) : [];
    return one.server === down ? [] : [one.failure ?? `${nameOf(one.server)} gave no answer`];
  });
}

/** MHA leaves the new master's replication from the old one as it is if a replica could not be switched (exit 10). */
function leftoverProblems({ server, identity }: ServerOutcome, seen: readonly ServerOutcome[]): string[] {
  if (!identity) return [];
  return identity.channels
    .filter((c) => (c.io !== 'No' || c.sql !== 'No') && seen.some((o) => o.server !== server && leadsTo(c, o)))
    .map((c) => {
      const from = nameOf({ host: c.masterHost, port: c.masterPort });
      const sql = stopForGood(identity.version, c.name);
      return `${nameOf(server)} is the master and still replicates from ${from} (IO ${c.io}, SQL ${c.sql}): on ${nameOf(server)} run ${sql}`;
    });
}

function replicaProblems(server: Target, identity: ServerIdentity, master: ServerOutcome): string[] {
  const problems: string[] = [];
  if (!identity.readOnly) problems.push(`${nameOf(server)} is not the master and takes writes`);
  const channel = identity.channels.find((c) => leadsTo(c, master));
  if (!channel) problems.push(`${nameOf(server)} does not replicate from ${nameOf(master.server)}`);
  else if (channel.sql !== 'Yes' || !['Yes', 'Connecting', 'Preparing'].includes(channel.io)) {
    problems.push(
      `replication on ${nameOf(server)} is not running (IO ${channel.io}, SQL ${channel.sql}) ${channel.lastError}`.trim(),
    );
  }
  return problems;
}
