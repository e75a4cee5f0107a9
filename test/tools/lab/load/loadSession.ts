import { createConnection } from 'mysql2/promise';
import type { Account } from '../accounts.ts';
import type { LabServer } from '../server.ts';

/** One row of the load: who wrote it, where, and when that was answered (`performance.now()`). */
export interface Write {
  readonly client: number;
  readonly seq: number;
  readonly server: string;
  readonly at: number;
}

export interface Session {
  readonly on: LabServer;
  /** `host:port` */
  readonly server: string;
  /** True once the connection is gone without us. */
  readonly ended: boolean;
  run(sql: string): Promise<unknown>;
  destroy(): void;
}

/** `refused`: surely not committed. `doubt`: the answer to a commit was lost. */
export interface Attempt {
  readonly outcome: 'acknowledged' | 'refused' | 'doubt';
  readonly code: string;
}

/** Killed, shut down, or interrupted: the statement may have been committed all the same. */
const DOUBTFUL = new Set([
  'ER_QUERY_INTERRUPTED',
  'ER_CONNECTION_KILLED',
  'ER_SERVER_SHUTDOWN',
  'ER_ERROR_DURING_COMMIT',
]);

/** A session on that server if it lets this account in and is not read-only; otherwise undefined, told to `onError`. */
export async function openWritable(
  server: LabServer,
  account: Account,
  onError: (code: string) => void,
): Promise<Session | undefined> {
  try {
    const { host, port } = server;
    const connection = await createConnection({ host, port, ...account, connectTimeout: 500 });
    let ended = false;
    const end = () => {
      ended = true;
    };
    connection.on('error', end);
    connection.on('end', end);
    const session: Session = {
      on: server,
      server: `${host}:${port}`,
      get ended() {
        return ended;
      },
      run: async (sql) => (await connection.query(sql))[0],
      destroy: () => connection.destroy(),
    };
    const answer = (await session.run('SELECT @@global.read_only AS value')) as { value: unknown }[];
    if (Number(answer[0]?.value) === 0) return session;
    session.destroy();
    onError('read_only');
  } catch (error) {
    onError(codeOf(error));
  }
  return undefined;
}

/** Writes the rows: one as a statement that commits by itself, several as a transaction. Never throws. */
export async function write(session: Session, table: string, rows: readonly Omit<Write, 'at'>[]): Promise<Attempt> {
  const inserts = rows.map((row) => `INSERT INTO ${table} (client, seq) VALUES (${row.client}, ${row.seq})`);
  const statements = inserts.length === 1 ? inserts : ['BEGIN', ...inserts, 'COMMIT'];
  for (const [index, statement] of statements.entries()) {
    try {
      await session.run(statement);
    } catch (error) {
      const committing = index === statements.length - 1;
      const answered = (error as { sqlState?: string }).sqlState !== undefined && !DOUBTFUL.has(codeOf(error));
      return { outcome: committing && !answered ? 'doubt' : 'refused', code: codeOf(error) };
    }
  }
  return { outcome: 'acknowledged', code: '' };
}

function codeOf(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return code ?? message ?? String(error);
}
