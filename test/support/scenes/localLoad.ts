import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from 'mysql2/promise';
import type { LabServer } from '../../tools/lab/server.ts';
import { until } from '../../tools/lab/wait.ts';

/** Applications on the server's own host: they write through its socket, which no cut reaches. */
export interface LocalLoad {
  /** Rows whose commit was acknowledged, so far. */
  readonly count: number;
  /** Ends it. `doubts`: rows whose commit nobody answered. `ended`: sessions that somebody ended. */
  stop(): Promise<{ readonly acknowledged: readonly string[]; readonly doubts: number; readonly ended: number }>;
}

const CLIENTS = 4;
const USER = 'local_writer';

/** Each client writes a row of app.local_rows at a time, and logs in again after any error. */
export async function startLocalLoad(server: LabServer): Promise<LocalLoad> {
  await server.adminAll([
    'CREATE TABLE IF NOT EXISTS app.local_rows (name VARCHAR(40) PRIMARY KEY)',
    `CREATE USER IF NOT EXISTS ${USER}@localhost`,
    `GRANT INSERT ON app.* TO ${USER}@localhost`,
  ]);
  const run = Date.now();
  const acknowledged: string[] = [];
  let [going, doubts, ended] = [true, 0, 0];
  const client = async (number: number) => {
    let session: Connection | undefined;
    for (let row = 0; going; row += 1) {
      const name = `${run}-${number}-${row}`;
      try {
        session ??= await login(server);
        await session.query('INSERT INTO app.local_rows VALUES (?)', [name]);
        acknowledged.push(name);
      } catch (error) {
        const refused = (error as { errno?: number }).errno === 1290;
        if (session && !refused) [doubts, ended] = [doubts + 1, ended + 1];
        session?.destroy();
        session = undefined;
        await sleep(5);
      }
    }
    session?.destroy();
  };
  const clients = Promise.all(Array.from({ length: CLIENTS }, (_, number) => client(number)));
  const load = {
    get count() {
      return acknowledged.length;
    },
    stop: async () => {
      going = false;
      await clients;
      return { acknowledged, doubts, ended };
    },
  };
  await until('rows of the local load', 30_000, () => load.count > 20);
  return load;
}

async function login(server: LabServer): Promise<Connection> {
  const session = await server.connect(USER, '', { socketPath: server.socketPath });
  session.on('error', () => {});
  return session;
}

/** The rows of the local load that a server has. */
export async function localRowsOn(server: LabServer): Promise<Set<string>> {
  return new Set((await server.admin('SELECT name FROM app.local_rows')).map(({ name }) => String(name)));
}
