import { understood } from '../../../adapters/mysql/dialect.ts';
import { type Finding, note, warning } from '../../../base/finding.ts';
import { readThreads } from '../../../capabilities/sessions/running.ts';
import type { Check, CheckContext, CheckedServer } from '../context.ts';
import { each, someOf, whereOf } from './each.ts';

/** Replicas of the master that MHA's file does not list: MHA does not repoint them. */
export const unlisted: Check = {
  title: 'replicas outside the configuration',
  run: (context) => each(context.master ? [context.master] : [], (master) => attached(context, master)),
};

async function attached(context: CheckContext, master: CheckedServer): Promise<Finding[]> {
  const { replicaHosts } = await master.session.dialect();
  const rows = await understood(replicaHosts, (sql) => master.session.rows(sql));
  const registered = rows.map((row) => ({
    id: Number(row.Server_id ?? row.Server_Id),
    name: `server_id ${row.Server_id ?? row.Server_Id}${row.Host ? ` (${row.Host}:${row.Port})` : ''}`,
  }));
  const known = new Set(context.servers.map(({ identity }) => identity.serverId));
  const strangers = registered.filter(({ id }) => !known.has(id)).map(({ name }) => name);
  const dumps = (await readThreads(master.session)).filter((t) => t.command.startsWith('Binlog Dump'));
  const hosts = dumps.map(({ host }) => host);
  return [...unknown(whereOf(master), strangers), ...surplus(whereOf(master), hosts, registered.length)];
}

function unknown(where: string, strangers: readonly string[]): Finding[] {
  if (strangers.length === 0) return [];
  const text = `replicas that are none of the servers that answered: ${someOf(strangers)}`;
  const advice = "put it into MHA's file (no_master = 1 keeps it a replica), or repoint it by hand after a switch";
  return [warning('unlisted_replica', where, text, advice)];
}

/** Programs that read the binlog without registering, and left-over connections of replicas. */
function surplus(where: string, hosts: readonly string[], registered: number): Finding[] {
  if (hosts.length <= registered) return [];
  const text = `${hosts.length} connections read its binlog, and ${registered} replicas have registered; they come from ${someOf([...new Set(hosts)])}`;
  return [note('binlog_readers', where, text)];
}
