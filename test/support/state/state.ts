import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { unmarked } from '../../../src/adapters/mysql/mark.ts';
import type { Lab } from '../../tools/lab/lab.ts';
import type { LabServer } from '../../tools/lab/server.ts';
import { rightsOf } from '../zoo/zoo.ts';
import { executedOn } from './gtids.ts';

/** All of a cluster that a switch may touch, to be compared as a whole. */
export async function clusterState(lab: Lab) {
  const states = await lab.dump();
  return {
    servers: await Promise.all(
      lab.servers.map(async (server, i) => ({
        ...states[i],
        rights: await rightsOf(server),
        events: await eventRows(server),
        executed: await executedOn(server),
      })),
    ),
    openJournals: openJournals(lab),
  };
}

/** Every event with all that the server tells of it, but for the times at which it was altered and ran. */
async function eventRows(server: LabServer) {
  const rows = await server.admin('SELECT * FROM information_schema.EVENTS ORDER BY EVENT_SCHEMA, EVENT_NAME');
  return rows.map(({ LAST_ALTERED, LAST_EXECUTED, ...rest }) => rest);
}

export function journalFolder(lab: Lab): string {
  return join(lab.workDir, 'mha-helper');
}

/** The paths of the journals that are open. */
export function openJournals(lab: Lab): string[] {
  const folder = journalFolder(lab);
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return names.map((name) => join(folder, name));
}

/** Writes the helper's settings beside MHA's file; none removes them. */
export function helperSettings(lab: Lab, settings: Readonly<Record<string, string | number>> | string = {}): void {
  const file = lab.confFile.replace(/\.cnf$/, '.helper.cnf');
  rmSync(file, { force: true });
  const text =
    typeof settings === 'string'
      ? settings
      : Object.entries(settings)
          .map(([key, value]) => `${key} = ${value}\n`)
          .join('');
  if (text !== '') writeFileSync(file, typeof settings === 'string' ? text : `[default]\n${text}`);
}

/** A session as root@localhost, a kept account; the caller ends it. It outlives being killed without an exception. */
export async function rootSession(server: LabServer) {
  const session = await createConnection({ socketPath: server.socketPath, user: 'root', multipleStatements: true });
  session.on('error', () => {});
  return session;
}

/** The statements of MHA's account that run on the server now. */
export async function statementsOfMha(lab: Lab, server: LabServer): Promise<string[]> {
  const rows = await server.admin(
    'SELECT CONCAT(ID, " ", INFO) AS text FROM information_schema.PROCESSLIST WHERE USER = ? AND INFO IS NOT NULL',
    [lab.mha.user],
  );
  return rows.map(({ text }) => unmarked(String(text)));
}
