import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from 'mysql2/promise';
import { expect } from 'vitest';
import { isMysql } from '../../tools/lab/kind.ts';
import type { Lab } from '../../tools/lab/lab.ts';
import type { RunResult } from '../../tools/lab/run.ts';
import type { LabServer } from '../../tools/lab/server.ts';
import { bin, onlineArguments } from '../commands.ts';
import { stateOf } from '../process/crash.ts';
import { stockZoo } from '../zoo/zoo.ts';
import { closedPhases, openJournals, type Started, start } from './mha.ts';

export type State = Awaited<ReturnType<typeof stateOf>>;

/** The helper's settings in these tests, in seconds. */
export const SETTINGS = {
  connect_timeout: 1,
  statement_timeout: 3,
  kill_after_timeout: 6,
  stop_timeout: 20,
  undo_timeout: 6,
};

/** What a command may take at most: its deadlines, and a margin for a slow machine. */
const LIMIT_MS = { stop: 40_000, start: 60_000, recover: 30_000 };

export function writeSettings(lab: Lab, more: Readonly<Record<string, string | number>> = {}): void {
  const lines = Object.entries({ ...SETTINGS, ...more }).map(([key, value]) => `${key} = ${value}`);
  writeFileSync(join(lab.folder, 'app1.helper.cnf'), `[default]\n${lines.join('\n')}\n`);
}

const LOCAL_APP = 'local_app';

/** Stocks a fresh lab with the zoo, and an application that logs in through the server's socket. */
export async function stock(lab: Lab): Promise<State> {
  await stockZoo(lab.server(0));
  const name = `${LOCAL_APP}@localhost`;
  await lab.server(0).adminAll([`CREATE USER ${name}`, `GRANT SELECT, INSERT, UPDATE ON app.* TO ${name}`]);
  await lab.waitReplicasLevel();
  // As after a restart: with skip_name_resolve an account whose host is a name is then ignored by the server.
  for (const server of lab.servers) await server.admin('FLUSH LOCAL PRIVILEGES');
  return stateOf(lab);
}

/** Begins the hook's `stop` or `start`, from server 0 to server 1. */
export function hook(lab: Lab, command: 'stop' | 'start'): Promise<Started> {
  const args = onlineArguments(lab, command, lab.server(0), lab.server(1));
  return start(bin('master_ip_online_change'), args, { limitMs: LIMIT_MS[command] });
}

export function recover(lab: Lab, ...more: string[]): Promise<Started> {
  return start(bin('mha_recover'), [`--conf=${lab.confFile}`, ...more], { limitMs: LIMIT_MS.recover });
}

export async function endOf(starting: Promise<Started>): Promise<RunResult & { output: string }> {
  const result = await (await starting).ended;
  return { ...result, output: result.stdout + result.stderr };
}

/** The hook's `stop`, which succeeds. */
export async function stopped(lab: Lab): Promise<void> {
  const result = await endOf(hook(lab, 'stop'));
  expect(result.code, result.output).toBe(0);
}

/** Sessions through the server's socket, which no cut reaches. */
export class Sessions {
  readonly #open: Connection[] = [];

  /** A session of an application. */
  async app(server: LabServer): Promise<Connection> {
    return this.#add(server, LOCAL_APP);
  }

  /** Until {@link release} every GRANT and REVOKE on that server waits. */
  async holdGrants(server: LabServer): Promise<void> {
    const session = await this.#add(server, 'root');
    await session.query(isMysql ? 'LOCK TABLES mysql.user READ' : 'LOCK TABLES mysql.global_priv READ');
  }

  async release(): Promise<void> {
    for (const session of this.#open.splice(0)) await session.end().catch(() => session.destroy());
  }

  async #add(server: LabServer, user: string): Promise<Connection> {
    const session = await server.connect(user, '', { socketPath: server.socketPath });
    session.on('error', () => {});
    this.#open.push(session);
    return session;
  }
}

let row = 0;

export async function begin(session: Connection): Promise<void> {
  row += 1;
  await session.query('BEGIN');
  await session.query('INSERT INTO app.orders VALUES (?, 1, NULL)', [row]);
}

/** A `stop` that waits for a running transaction; nothing is revoked yet. */
export async function stopWaiting(lab: Lab, sessions: Sessions): Promise<Started> {
  await begin(await sessions.app(lab.server(0)));
  const stopping = await hook(lab, 'stop');
  await stopping.printed('waiting for running transactions');
  return stopping;
}

/** A `stop` that has revoked and now waits for a transaction that was begun late. */
export async function stopDraining(lab: Lab, sessions: Sessions): Promise<Started> {
  const [early, late] = [await sessions.app(lab.server(0)), await sessions.app(lab.server(0))];
  await begin(early);
  const stopping = await hook(lab, 'stop');
  await stopping.printed('waiting for running transactions');
  await begin(late);
  await early.query('ROLLBACK');
  await stopping.printed('privileges revoked: done');
  return stopping;
}

/** Looks at who takes writes, again and again, until `end`; returns the most that did so at the same time. */
export function watchWriters(lab: Lab): { end(): Promise<number> } {
  let most = 0;
  let going = true;
  const takesWrites = async (server: LabServer) => {
    const [answer] = await server.admin('SELECT @@GLOBAL.read_only AS value').catch(() => []);
    return answer !== undefined && Number(answer.value) === 0;
  };
  const watching = (async () => {
    while (going) {
      const now = await Promise.all(lab.servers.map(takesWrites));
      most = Math.max(most, now.filter(Boolean).length);
      await sleep(20);
    }
  })();
  const end = async () => {
    going = false;
    await watching;
    return most;
  };
  return { end };
}

/** `mha_recover` ends it, and run again finds nothing to do. */
export async function expectRecovered(lab: Lab, ...more: string[]): Promise<void> {
  const first = await endOf(recover(lab, ...more));
  expect(first.code, first.output).toBe(0);
  const after = await stateOf(lab);
  const again = await endOf(recover(lab));
  expect(again.code, again.output).toBe(0);
  expect(again.output).toContain('no switch is open');
  expect(await stateOf(lab)).toEqual(after);
  expect(openJournals(lab)).toEqual([]);
}

export async function expectAsBefore(lab: Lab, before: State): Promise<void> {
  expect(await stateOf(lab)).toEqual(before);
  expect(openJournals(lab)).toEqual([]);
  expect(closedPhases(lab).at(-1)).toBe('undone');
}

/** That server is the one writer and the one that runs events; everybody's rights are on every server. */
export async function expectMaster(lab: Lab, master: number, before: State): Promise<void> {
  const now = await stateOf(lab);
  expect(now.map(({ rights }) => rights)).toEqual(before.map(({ rights }) => rights));
  expect(now.map(({ readOnly }) => Number(readOnly))).toEqual(now.map((_, index) => (index === master ? 0 : 1)));
  const on = (state: State[number] | undefined) =>
    state?.events.filter((e) => e.status === 'ENABLED').map((e) => e.name);
  expect(on(now[master])).toEqual(on(before[0]));
  for (const [index, state] of now.entries()) {
    if (index === master) continue;
    expect(on(state)).toEqual([]);
    if (index > 0)
      expect(state.executed?.own, `own transactions of server ${index}`).toBe(before[index]?.executed?.own);
  }
  const written = (state: State | undefined) => state?.[0]?.executed?.transactions;
  expect(written(now), 'transactions of the original master').toBe(written(before));
  expect(openJournals(lab)).toEqual([]);
  expect(closedPhases(lab).at(-1)).toBe('finished');
}
