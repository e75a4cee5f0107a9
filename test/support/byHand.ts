import { isMysql, SQL } from '../tools/lab/kind.ts';
import type { Lab } from '../tools/lab/lab.ts';
import { changeTo } from '../tools/lab/replication.ts';
import type { LabServer } from '../tools/lab/server.ts';

/** A few accounts, roles and events: enough to see a right that is lost, and quickly made again. */
export const FEW = [
  'CREATE TABLE app.orders (id INT PRIMARY KEY, total INT, note VARCHAR(20))',
  'CREATE EVENT app.nightly ON SCHEDULE EVERY 1 DAY DO DO 0',
  'CREATE EVENT app.never ON SCHEDULE EVERY 1 DAY DISABLE DO DO 0',
  'CREATE ROLE reader',
  'GRANT SELECT ON app.* TO reader',
  "CREATE USER teller@'%' IDENTIFIED BY 'zpw-teller'",
  "GRANT SELECT, INSERT ON app.orders TO teller@'%'",
  "CREATE USER clerk@'10.%' IDENTIFIED BY 'zpw-clerk'",
  "GRANT SELECT, UPDATE ON app.* TO clerk@'10.%'",
  "GRANT reader TO clerk@'10.%'",
  "CREATE USER boss@'%' IDENTIFIED BY 'zpw-boss'",
  "GRANT SELECT, INSERT, RELOAD ON *.* TO boss@'%' WITH GRANT OPTION",
];

const UNLOGGED = 'SET SESSION sql_log_bin = 0';
const OFF = isMysql ? 'DISABLE ON REPLICA' : 'DISABLE ON SLAVE';

/**
 * Moves the master as a DBA does, on the servers themselves: what runs by schedule, writing and replication all go to
 * server `to`; every other server is read-only and replicates from it. Nothing is written that a replica could miss.
 */
export async function moveByHand(lab: Lab, to: number): Promise<void> {
  const next = lab.server(to);
  const rest = lab.servers.filter((server) => server !== next);
  await setEvents(lab.server(0), OFF);
  for (const server of rest) await server.admin('SET GLOBAL read_only = 1');
  await replicateAgain(lab);
  await lab.waitReplicasLevel(30_000);
  await next.adminAll([SQL.stop, SQL.forget, 'SET GLOBAL read_only = 0']);
  await setEvents(next, 'ENABLE');
  const change = await changeTo(next, lab.repl);
  for (const server of rest) await server.adminAll([SQL.stop, change, SQL.start]);
}

/** Replication of all that replicate: a switch may have been met while a thread was stopped. */
async function replicateAgain(lab: Lab): Promise<void> {
  for (const state of await lab.dump()) {
    const server = lab.servers.find(({ id }) => id === state.id);
    if (state.master !== undefined) await server?.admin(SQL.start);
  }
}

async function setEvents(server: LabServer, how: string): Promise<void> {
  await server.adminAll([UNLOGGED, `ALTER EVENT app.nightly ${how}`]);
}
