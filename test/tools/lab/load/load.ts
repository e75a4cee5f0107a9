import { setTimeout as sleep } from 'node:timers/promises';
import { type Account, APP_DATABASE, accounts } from '../accounts.ts';
import { isMysql } from '../kind.ts';
import type { LabServer } from '../server.ts';
import { until } from '../wait.ts';
import { type Attempt, openWritable, type Session, type Write, write } from './loadSession.ts';

export interface LoadOptions {
  servers: readonly LabServer[];
  /** How many clients write without pause; default 8. */
  clients?: number;
  /** How many sessions are connected and do nothing. */
  idle?: number;
  account?: Account;
  database?: string;
  table?: string;
  /** Each write is a transaction of two statements instead of one that commits by itself. */
  transactions?: boolean;
  /** Each write has a connection of its own, as with applications without a pool. */
  reconnect?: boolean;
}

export interface LoadReport {
  readonly database: string;
  readonly table: string;
  /** Every row whose commit a server acknowledged. */
  readonly acknowledged: readonly Write[];
  /** Rows whose commit nobody answered: they may be there or not, and were not tried again. */
  readonly doubts: readonly Write[];
  /** The longest time, over all clients together, without any acknowledged commit (until the load was stopped). */
  readonly longestGapMs: number;
  /** When that gap began, in `performance.now()` time. */
  readonly gapStartedAt: number;
  /** Acknowledged rows by `host:port`. */
  readonly perServer: Readonly<Record<string, number>>;
  /** Errors the clients saw, by error code, counted. */
  readonly errors: Readonly<Record<string, number>>;
  /** Idle sessions that somebody ended. */
  readonly idleEnded: number;
}

export interface Load {
  /** Rows acknowledged until now. */
  readonly count: number;
  /** Forgets nothing; ends the clients (a statement that hangs becomes a doubt) and reports. */
  stop(): Promise<LoadReport>;
}

/**
 * Starts clients that behave like an application with a failing-over driver: each writes rows (client, seq) as fast as
 * it can, and after any error goes to the next server that can be written to. The table is made on the first server
 * that is writable. Resolves when every client has written.
 */
export async function startLoad(options: LoadOptions): Promise<Load> {
  const { servers, account = accounts.app, database = APP_DATABASE, table = 'load_rows' } = options;
  const clientCount = options.clients ?? 8;
  await makeTable(servers, database, table);
  const state: State = { acknowledged: [], doubts: [], errors: {}, stopping: false, inFlight: new Map() };
  const name = `${database}.${table}`;
  const idle = await openIdle(servers, options.idle ?? 0, account, database);
  const began = performance.now();
  const locate = locator(servers, account, state);
  const clients = Array.from({ length: clientCount }, (_, client) =>
    runClient(client, state, {
      ...{ locate, account, table: name },
      ...{ transactions: options.transactions ?? false, reconnect: options.reconnect ?? false },
    }),
  );
  const stop = async () => {
    state.stopping = true;
    await Promise.race([Promise.all(clients), sleep(1_000)]);
    const ended = performance.now();
    for (const { session, rows } of state.inFlight.values()) {
      state.doubts.push(...rows.map((row) => ({ ...row, at: ended })));
      session.destroy();
    }
    const idleEnded = idle.filter((session) => session.ended).length;
    for (const session of idle) session.destroy();
    return { database, table, ...summary(state, began, ended), idleEnded };
  };
  const wrote = () => new Set(state.acknowledged.map((row) => row.client)).size === clientCount;
  await until('the first write of every client', 30_000, wrote, () => JSON.stringify(state.errors)).catch(async (e) => {
    await stop();
    throw e;
  });
  return {
    get count() {
      return state.acknowledged.length;
    },
    stop,
  };
}

/** The acknowledged rows a server does not have: each one is a lost commit. */
export async function missingOn(server: LabServer, report: LoadReport): Promise<Write[]> {
  const rows = await server.admin(`SELECT client, seq FROM ${report.database}.${report.table}`);
  const there = new Set(rows.map((row) => `${row.client}/${row.seq}`));
  return report.acknowledged.filter((row) => !there.has(`${row.client}/${row.seq}`));
}

interface State {
  readonly acknowledged: Write[];
  readonly doubts: Write[];
  readonly errors: Record<string, number>;
  stopping: boolean;
  readonly inFlight: Map<number, { session: Session; rows: Omit<Write, 'at'>[] }>;
}

interface ClientOptions {
  /** The server to try next. */
  locate: () => Promise<LabServer>;
  account: Account;
  table: string;
  transactions: boolean;
  reconnect: boolean;
}

/**
 * After each write. On two cores MySQL's replicas execute less than eight clients without a pause can write: they would fall
 * behind by minutes, and a switch that waits for them would be all there is to see.
 */
const PAUSE_MS = isMysql ? 8 : 0;

async function runClient(client: number, state: State, options: ClientOptions): Promise<void> {
  const { locate, account, table, transactions, reconnect } = options;
  const count = counter(state);
  let session: Session | undefined;
  let last: LabServer | undefined;
  let seq = 0;
  while (!state.stopping) {
    if (session === undefined) {
      session = await openWritable(last ?? (await locate()), account, count);
      if (session === undefined) last = undefined;
      else if (reconnect) last = session.on;
      continue;
    }
    const seqs = transactions ? [seq++, seq++] : [seq++];
    const rows = seqs.map((each) => ({ client, seq: each, server: session?.server as string }));
    state.inFlight.set(client, { session, rows });
    const result: Attempt = await write(session, table, rows);
    if (!state.inFlight.delete(client)) return;
    const timed = rows.map((row) => ({ ...row, at: performance.now() }));
    if (result.outcome === 'acknowledged') {
      state.acknowledged.push(...timed);
      if (PAUSE_MS > 0) await sleep(PAUSE_MS);
    }
    if (result.outcome === 'doubt') state.doubts.push(...timed);
    if (result.outcome === 'acknowledged' && !reconnect) continue;
    if (result.outcome !== 'acknowledged') {
      count(result.code);
      last = undefined;
    }
    session.destroy();
    session = undefined;
  }
  session?.destroy();
}

/**
 * Finds the next server that can be written to, as a pool does: one search at a time for all clients that have lost
 * theirs, each search going on after the server the last one found.
 */
function locator(servers: readonly LabServer[], account: Account, state: State): () => Promise<LabServer> {
  let next = 0;
  let searching: Promise<LabServer> | undefined;
  const search = async () => {
    for (;;) {
      const server = servers[next++ % servers.length] as LabServer;
      const session = await openWritable(server, account, counter(state));
      session?.destroy();
      if (session !== undefined || state.stopping) return server;
      await sleep(2 + Math.random() * 3);
    }
  };
  return () => {
    searching ??= search().finally(() => {
      searching = undefined;
    });
    return searching;
  };
}

function counter(state: State): (code: string) => void {
  return (code) => {
    state.errors[code] = (state.errors[code] ?? 0) + 1;
  };
}

async function makeTable(servers: readonly LabServer[], database: string, table: string): Promise<void> {
  for (const server of servers.filter((each) => each.running)) {
    const [row] = await server.admin('SELECT @@global.read_only AS value');
    if (Number(row?.value) === 1) continue;
    const columns = 'client INT, seq INT, PRIMARY KEY (client, seq)';
    await server.admin(`CREATE TABLE IF NOT EXISTS ${database}.${table} (${columns}) ENGINE=InnoDB`);
    await server.admin(`DELETE FROM ${database}.${table}`);
    return;
  }
  throw new Error('no server can be written to');
}

async function openIdle(servers: readonly LabServer[], count: number, account: Account, database: string) {
  const sessions: Session[] = [];
  for (const server of servers) {
    while (sessions.length < count) {
      const session = await openWritable(server, account, () => {});
      if (session === undefined) break;
      sessions.push(session);
    }
  }
  for (const session of sessions) await session.run(`USE ${database}`);
  return sessions;
}

function summary(state: State, began: number, ended: number) {
  const perServer: Record<string, number> = {};
  for (const { server } of state.acknowledged) perServer[server] = (perServer[server] ?? 0) + 1;
  const times = [began, ...state.acknowledged.map((row) => row.at), ended].sort((a, b) => a - b);
  let [longestGapMs, gapStartedAt] = [0, began];
  for (const [index, time] of times.entries()) {
    const previous = times[index - 1] ?? time;
    if (time - previous > longestGapMs) [longestGapMs, gapStartedAt] = [time - previous, previous];
  }
  const { acknowledged, doubts, errors } = state;
  return { acknowledged, doubts, errors, perServer, longestGapMs: Math.round(longestGapMs * 10) / 10, gapStartedAt };
}
