import { type Connection, createConnection } from 'mysql2/promise';
import { drain } from '../../../src/procedures/stop/sessions/drain.ts';
import { ClientSessions } from '../../../src/procedures/stop/sessions/index.ts';
import { contextOf } from '../../support/inProcess.ts';
import { accounts } from '../lab/accounts.ts';
import type { Lab } from '../lab/lab.ts';
import { median, spread, timed } from './figures.ts';

const SESSIONS = 1_000;
const RUNS = 3;

/** A thousand idle sessions, ended by the drain and by bare KILLs of the same driver. */
export async function measureDrain(lab: Lab): Promise<{ bareMs: number[]; oursMs: number[]; text: string }> {
  const [bareMs, oursMs]: [number[], number[]] = [[], []];
  for (let run = 0; run < RUNS; run += 1) {
    bareMs.push(await withSessions(lab, (ids) => bareKills(lab, ids)));
    oursMs.push(await withSessions(lab, () => oneDrain(lab)));
  }
  const ratio = (median(oursMs) / median(bareMs)).toFixed(2);
  const text = `${SESSIONS} sessions ended: ${spread(oursMs)} ms, bare KILLs ${spread(bareMs)} ms, ratio ${ratio}`;
  return { bareMs, oursMs, text };
}

async function withSessions(lab: Lab, work: (ids: readonly number[]) => Promise<number>): Promise<number> {
  const { user, password } = accounts.app;
  const sessions: Connection[] = [];
  for (let i = 0; i < SESSIONS; i += 1) {
    const session = await lab.server(0).connect(user, password);
    session.on('error', () => {});
    sessions.push(session);
  }
  const ms = await work(sessions.map((session) => session.threadId as number));
  const left = await lab.server(0).admin('SELECT ID FROM information_schema.PROCESSLIST WHERE USER = ?', [user]);
  if (left.length > 0) throw new Error(`${left.length} sessions were not ended`);
  for (const session of sessions) session.destroy();
  return ms;
}

async function bareKills(lab: Lab, ids: readonly number[]): Promise<number> {
  const { host, port } = lab.server(0);
  const session = await createConnection({ host, port, ...lab.mha, multipleStatements: true });
  const gone = async () => {
    const sql = 'SELECT COUNT(*) AS n FROM information_schema.PROCESSLIST WHERE USER = ?';
    const [rows] = (await session.query(sql, [accounts.app.user])) as unknown as [{ n: number }[]];
    return Number(rows[0]?.n) === 0;
  };
  const ms = await timed(async () => {
    for (let at = 0; at < ids.length; at += 100) {
      await session.query(
        ids
          .slice(at, at + 100)
          .map((id) => `KILL ${id}`)
          .join(';'),
      );
    }
    while (!(await gone()));
  });
  await session.end();
  return ms;
}

async function oneDrain(lab: Lab): Promise<number> {
  const context = contextOf(lab, lab.server(0), lab.server(0), 'revoke');
  const step = drain(
    new ClientSessions({
      ...{ rules: context.rules, method: 'revoke', givers: [], gone: new Set<string>(), mandatory: [] },
      ...{ definers: new Map<string, string>(), accounts: [], readAt: 0 },
      plan: { blocked: [], kept: [], locked: new Map(), notes: [] },
    }),
  );
  await context.sessions.withoutBinlog(context.origMaster);
  const ms = await timed(() => step.do(context, null));
  await context.sessions.closeAll();
  return ms;
}
