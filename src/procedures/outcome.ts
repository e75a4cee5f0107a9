import { messageOf } from '../base/errors.ts';
import { nameOf, type Target } from '../base/server.ts';
import { readIdentity, type ServerIdentity } from '../capabilities/replication.ts';
import type { SwitchContext } from './context.ts';
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

/**
 * What is not as it should be with `master` as the only master; `down` is a server that may be dead. Pure: decides on
 * what was seen.
 */
export function outcomeProblems(seen: readonly ServerOutcome[], master: Target, down?: Target): string[] {
  const problems: string[] = [];
  const masterIdentity = seen.find((o) => o.server === master)?.identity;
  for (const { server, identity, failure } of seen) {
    if (!identity) {
      if (server !== down) problems.push(failure ?? `${nameOf(server)} gave no answer`);
    } else if (server === master) {
      if (identity.readOnly) problems.push(`${nameOf(server)} should be the master and is read_only`);
    } else {
      problems.push(...replicaProblems(server, identity, master, masterIdentity));
    }
  }
  return problems;
}

function replicaProblems(
  server: Target,
  identity: ServerIdentity,
  master: Target,
  masterIdentity: ServerIdentity | undefined,
): string[] {
  const problems: string[] = [];
  if (!identity.readOnly) problems.push(`${nameOf(server)} is not the master and takes writes`);
  const channel = identity.channels.find((c) => masterIdentity && isFrom(c, master, masterIdentity));
  if (!channel) problems.push(`${nameOf(server)} does not replicate from ${nameOf(master)}`);
  else if (channel.sql !== 'Yes' || !['Yes', 'Connecting', 'Preparing'].includes(channel.io)) {
    problems.push(
      `replication on ${nameOf(server)} is not running (IO ${channel.io}, SQL ${channel.sql}) ${channel.lastError}`.trim(),
    );
  }
  return problems;
}
