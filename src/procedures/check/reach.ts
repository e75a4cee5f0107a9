import { error, type Finding } from '../../base/finding.ts';
import { nameOf, type Target } from '../../base/server.ts';
import { readIdentity } from '../../capabilities/replication/identity.ts';
import { replicatesFrom } from '../../capabilities/replication/masters.ts';
import { type Failure, observe } from '../../cluster/observe.ts';
import type { Sessions } from '../../cluster/sessions.ts';
import { masterAmong, type Placed, topsOf } from '../../cluster/whoIsMaster.ts';
import type { CheckedServer } from './context.ts';

export type Listed = Pick<CheckedServer, 'target' | 'mayBeMaster' | 'multiTier'>;

/** Asks all servers at once who they are; one that does not answer, or is listed twice, is a finding. */
export async function askServers(
  sessions: Sessions,
  listed: readonly Listed[],
): Promise<{ servers: CheckedServer[]; findings: Finding[] }> {
  const ask = async (server: Target) => {
    const session = await sessions.of(server);
    return { session, identity: await readIdentity(session) };
  };
  const targets = listed.map(({ target }) => target);
  const asked = await observe(targets, ask);
  const findings = asked.flatMap(({ server, failure }) => (failure ? [unreachable(server, failure)] : []));
  const answered = asked.flatMap(({ session, identity }, at): CheckedServer[] => {
    const one = listed[at];
    return one && session && identity ? [{ ...one, session, identity }] : [];
  });
  const twice = answered.filter((one, index) => firstAs(answered, one) !== index);
  const servers = answered.filter((one) => !twice.includes(one));
  return { servers, findings: [...findings, ...twice.map((one) => sameServer(one, servers))] };
}

/** The server that the others replicate from, see {@link masterAmong}; it may be read_only, which another check reports. */
export function masterOf<Server extends Known>(servers: readonly Server[]): Server | undefined {
  return masterAmong(placed(servers));
}

/**
 * The master of a replica of a replica, if MHA allows that (multi_tier_slave): MHA neither repoints such a server nor
 * makes it the master (ServerManager.pm, validate_master_ip_port). Undefined for every other server.
 */
export function tierAbove<Server extends Known & Pick<CheckedServer, 'multiTier'>>(
  servers: readonly Server[],
  one: Server,
  master: Server | undefined,
): Server | undefined {
  if (!one.multiTier || !master || one === master || follows(one, master)) return undefined;
  return servers.find((other) => follows(one, other));
}

type Known = Pick<CheckedServer, 'target' | 'identity'>;

function placed<Server extends Known>(servers: readonly Server[]): Placed<Server>[] {
  return servers.map((server) => ({
    server,
    masters: servers.filter((other) => follows(server, other)),
    readOnly: server.identity.readOnly,
  }));
}

export function follows(one: Known, other: Known): boolean {
  return other !== one && replicatesFrom(one.identity, other.target, other.identity);
}

/** An error if there is no master, since many checks compare with it. */
export function masterFindings(conf: string, servers: readonly Known[], master: Known | undefined): Finding[] {
  if (master) return [];
  const all = placed(servers);
  const tops = topsOf(all);
  const writable = (tops.length > 0 ? tops : all).filter(({ readOnly }) => !readOnly).map(({ server }) => server);
  const text =
    writable.length > 1
      ? `which server is the master cannot be determined: ${writable.map(({ target }) => nameOf(target)).join(', ')} take writes`
      : 'no server that answers is the master of the others';
  const advice = 'see who replicates from whom: mysql_replica_status; if a switch was interrupted, mha_recover --list';
  return [error('no_master', conf, `${text}; what is compared with the master was not checked`, advice)];
}

function unreachable(
  target: Target,
  { text: why, advice = 'bring it up, or take it out of MHA’s file' }: Failure,
): Finding {
  const text = `cannot be asked: ${why}; MHA begins no planned switch while a server is down`;
  return error('unreachable', nameOf(target), text, advice);
}

function firstAs(servers: readonly CheckedServer[], one: CheckedServer): number {
  return servers.findIndex(({ identity }) => identity.instance === one.identity.instance);
}

function sameServer(one: CheckedServer, servers: readonly CheckedServer[]): Finding {
  const other = servers[firstAs(servers, one)];
  const text = `is the same server as ${other ? nameOf(other.target) : 'another'}: it would be its own replica`;
  const advice = 'remove one of the two from MHA’s file';
  return error('same_server', nameOf(one.target), text, advice);
}
