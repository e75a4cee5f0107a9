import { messageOf } from '../../base/errors.ts';
import type { Finding } from '../../base/finding.ts';
import { nameOf, type Target } from '../../base/server.ts';
import { readIdentity } from '../../capabilities/replication.ts';
import type { Sessions } from '../sessions.ts';
import { isFrom } from '../stop/topology.ts';
import type { CheckedServer } from './context.ts';

export interface Listed {
  readonly target: Target;
  readonly mayBeMaster: boolean;
}

/** Asks every server who it is, all at once; one that does not answer, or is listed twice, is a finding. */
export async function askServers(
  sessions: Sessions,
  listed: readonly Listed[],
): Promise<{ servers: CheckedServer[]; findings: Finding[] }> {
  const findings: Finding[] = [];
  const asked = await Promise.all(
    listed.map(async ({ target, mayBeMaster }): Promise<CheckedServer[]> => {
      try {
        const session = await sessions.of(target);
        return [{ target, session, identity: await readIdentity(session), mayBeMaster }];
      } catch (error) {
        findings.push(unreachable(target, messageOf(error)));
        return [];
      }
    }),
  );
  const answered = asked.flat();
  const twice = answered.filter((one, index) => firstAs(answered, one) !== index);
  const servers = answered.filter((one) => !twice.includes(one));
  return { servers, findings: [...findings, ...twice.map((one) => sameServer(one, servers))] };
}

/** The one server that takes writes and replicates from none of the others, where there is just one. */
export function masterAmong(servers: readonly CheckedServer[]): CheckedServer | undefined {
  const masters = servers.filter((one) => !one.identity.readOnly && !replicates(one, servers));
  return masters.length === 1 ? masters[0] : undefined;
}

function replicates(one: CheckedServer, servers: readonly CheckedServer[]): boolean {
  return one.identity.channels.some((channel) =>
    servers.some((other) => other !== one && isFrom(channel, other.target, other.identity)),
  );
}

/** What a {@link ServerError} says after its server's name, and what it says to do. */
function unreachable(target: Target, message: string): Finding {
  const where = nameOf(target);
  const text = message.startsWith(`${where}: `) ? message.slice(where.length + 2) : message;
  const [what = text, advice] = text.split(' - ');
  return {
    level: 'error',
    code: 'unreachable',
    where,
    text: `cannot be asked: ${what}; MHA begins no planned switch while a server is down`,
    advice: advice ?? 'bring it up, or take it out of MHA’s file',
  };
}

function firstAs(servers: readonly CheckedServer[], one: CheckedServer): number {
  return servers.findIndex(({ identity }) => identity.instance === one.identity.instance);
}

function sameServer(one: CheckedServer, servers: readonly CheckedServer[]): Finding {
  const other = servers[firstAs(servers, one)];
  return {
    level: 'error',
    code: 'same_server',
    where: nameOf(one.target),
    text: `is the same server as ${other ? nameOf(other.target) : 'another'}: it would be its own replica`,
    advice: 'remove one of the two from MHA’s file',
  };
}
