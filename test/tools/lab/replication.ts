import { type Account, quote } from './accounts.ts';
import { changeSource, isMysql, SQL } from './kind.ts';
import type { LabServer, Row } from './server.ts';
import { tail, until } from './wait.ts';

/** What one server is at this moment. */
export interface ServerState {
  readonly id: string;
  readonly address: string;
  readonly running: boolean;
  readonly readOnly: boolean | undefined;
  /** Whom it replicates from, as `host:port`; undefined for a master. */
  readonly master: string | undefined;
  readonly io: string | undefined;
  readonly sql: string | undefined;
  /** The replication error, if there is one. */
  readonly error: string | undefined;
}

/** The state of each server, in the lab's order. */
export function statesOf(servers: readonly LabServer[]): Promise<ServerState[]> {
  return Promise.all(servers.map(stateOf));
}

/** Makes one server the master and the rest its replicas, from the master's present position; both threads run. */
export async function wire(servers: readonly LabServer[], master: LabServer, repl: Account): Promise<void> {
  await master.admin('SET GLOBAL read_only = 0');
  const change = await changeTo(master, repl);
  const replicas = servers.filter((server) => server !== master);
  await Promise.all(
    replicas.map(async (replica) => {
      await replica.adminAll(['SET GLOBAL read_only = 1', change, SQL.start]);
      const replicating = async () => {
        const state = await stateOf(replica);
        return state.io === 'Yes' && state.sql === 'Yes';
      };
      await until(`${replica.id} replicating from ${master.id}`, 60_000, replicating, () => explain(replica));
    }),
  );
}

/** The statement that makes a server a replica of this one, from its present position or from an earlier one (`at`). */
export async function changeTo(master: LabServer, repl: Account, at?: Row): Promise<string> {
  const { host, port } = master;
  const [now] = at ? [at] : await master.admin(SQL.status);
  const byGtid = await usesGtids(master);
  return changeSource({ ...repl, host, port, byGtid, file: now?.File, position: now?.Position }, quote);
}

/** Resolves once each running replica has executed everything its master has in its binlog now. */
export async function waitReplicasLevel(servers: readonly LabServer[], limitMs = 60_000): Promise<void> {
  const states = await statesOf(servers.filter((server) => server.running));
  const replicas = states.filter((state) => state.master !== undefined);
  if (replicas.length === 0) throw new Error('no running replica to wait for');
  await Promise.all(
    replicas.map(async (state) => {
      const replica = servers.find((server) => server.id === state.id) as LabServer;
      const master = servers.find((server) => `${server.host}:${server.port}` === state.master);
      if (!master?.running)
        throw new Error(`${state.id} replicates from ${state.master}, which is down or not the lab's`);
      const [at] = await master.admin(SQL.status);
      const where = `${at?.File}:${at?.Position}`;
      if (!(await reached(replica, at ?? {}, limitMs / 1000))) {
        throw new Error(
          `${state.id} did not reach ${where} of ${master.id} in ${limitMs} ms\n${await explain(replica)}`,
        );
      }
    }),
  );
}

/** A MySQL with gtid_mode = ON. */
async function usesGtids(server: LabServer): Promise<boolean> {
  return isMysql && (await server.admin('SELECT @@GLOBAL.gtid_mode AS mode'))[0]?.mode === 'ON';
}

/** Waits on the replica; false where it did not get there in time, or has stopped. */
async function reached(replica: LabServer, at: Row, seconds: number): Promise<boolean> {
  const gtids = 'SELECT WAIT_FOR_EXECUTED_GTID_SET(?, ?) AS late';
  if (await usesGtids(replica))
    return Number((await replica.admin(gtids, [at.Executed_Gtid_Set, seconds]))[0]?.late) === 0;
  const wait = `SELECT ${isMysql ? 'SOURCE' : 'MASTER'}_POS_WAIT(?, ?, ?) AS events`;
  const [result] = await replica.admin(wait, [at.File, at.Position, seconds]);
  return result?.events !== null && Number(result?.events) >= 0;
}

/** A column of the replica status, under MariaDB's name or MySQL's. */
function column(row: Row, name: string): unknown {
  return row[name] ?? row[name.replace('Master', 'Source').replace('Slave', 'Replica')];
}

async function stateOf(server: LabServer): Promise<ServerState> {
  const { id, running } = server;
  const address = `${server.host}:${server.port}`;
  const unknown = { readOnly: undefined, master: undefined, io: undefined, sql: undefined, error: undefined };
  if (!running) return { id, address, running, ...unknown };
  const [variable] = await server.admin('SELECT @@global.read_only AS value');
  const [slave] = await server.admin(SQL.replicaStatus);
  const readOnly = Number(variable?.value) === 1;
  if (slave === undefined) return { id, address, running, ...unknown, readOnly };
  return {
    id,
    address,
    running,
    readOnly,
    master: `${column(slave, 'Master_Host')}:${column(slave, 'Master_Port')}`,
    io: String(column(slave, 'Slave_IO_Running')),
    sql: String(column(slave, 'Slave_SQL_Running')),
    error: String(slave.Last_SQL_Error || slave.Last_IO_Error || '') || undefined,
  };
}

async function explain(server: LabServer): Promise<string> {
  const state = await stateOf(server).catch(String);
  return `${JSON.stringify(state)}\n${tail(server.log)}`;
}
