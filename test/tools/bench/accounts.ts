import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import type { Session } from '../../../src/adapters/mysql/session.ts';
import { accountSql } from '../../../src/base/account.ts';
import { block, notShutOut } from '../../../src/capabilities/accounts/shutOut/block.ts';
import type { Blocked } from '../../../src/capabilities/accounts/shutOut/blocked.ts';
import { mhaSession, planOf } from '../../support/mhaSession.ts';
import { KIND } from '../lab/kind.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { measureDrain } from './drain.ts';
import { median, spread, table, timed, writeJson } from './figures.ts';
import { makeAccounts, OBJECTS } from './manyAccounts.ts';

const COUNTS = [100, 1_000, 10_000];
const RUNS = 3;

interface Figures {
  readonly accounts: number;
  readonly bareMs: number[];
  readonly oursMs: number[];
  readonly lockMs: number[];
}

/** Both servers, one after the other: each in a process of its own, as the environment says which it is. */
export async function bench(args: readonly string[]): Promise<void> {
  if (args.includes('--here')) return measure(args);
  const all: Record<string, unknown> = {};
  for (const kind of ['mariadb', 'mysql']) {
    const file = join(tmpdir(), `mha-bench-${process.pid}-${kind}.json`);
    const env = { ...process.env, MHA_HELPER_LAB_SERVER: kind };
    const own = [process.argv[1] ?? '', 'accounts', '--here', `--json=${file}`];
    if (spawnSync(process.execPath, own, { env, stdio: 'inherit' }).status !== 0) throw new Error(`${kind}: failed`);
    all[kind] = JSON.parse(readFileSync(file, 'utf8'));
    rmSync(file);
  }
  writeJson(args, all);
}

async function measure(args: readonly string[]): Promise<void> {
  const lab = await startLab({ servers: 1, ssh: false, mysqld: ['--max-connections=1200', '--sync-binlog=0'] });
  try {
    await lab.server(0).adminAll(OBJECTS);
    const figures: Figures[] = [];
    for (const accounts of COUNTS) figures.push(await many(lab, accounts));
    const drain = await measureDrain(lab);
    process.stdout.write(`\n${KIND}\n${revokeTable(figures)}\n\n${growth(figures)}\n${drain.text}\n`);
    writeJson(args, { accounts: figures, drain });
  } finally {
    await lab.stop();
  }
}

async function many(lab: Lab, accounts: number): Promise<Figures> {
  const figures: Figures = { accounts, bareMs: [], oursMs: [], lockMs: [] };
  for (let run = 0; run < RUNS; run += 1) {
    const blocked = await prepared(lab, accounts, 'revoke');
    figures.bareMs.push(await bare(lab, blocked));
    await prepared(lab, accounts, 'revoke');
    figures.oursMs.push(await ours(lab, blocked));
    figures.lockMs.push(await ours(lab, await prepared(lab, accounts, 'lock')));
    process.stdout.write(`${KIND}: ${accounts} accounts, run ${run + 1} of ${RUNS}\n`);
  }
  return figures;
}

async function prepared(lab: Lab, accounts: number, method: 'revoke' | 'lock'): Promise<readonly Blocked[]> {
  await makeAccounts(lab.server(0), accounts);
  const session = await mhaSession(lab, lab.server(0));
  const { blocked } = await planOf(lab, session, session, method);
  await session.close();
  return blocked.filter((b) => b.account.user.startsWith('many'));
}

/** The same driver, a hundred accounts a statement and a hundred statements a packet, and nothing else. */
async function bare(lab: Lab, blocked: readonly Blocked[]): Promise<number> {
  const { host, port } = lab.server(0);
  const session = await createConnection({ host, port, ...lab.mha, multipleStatements: true });
  await session.query('SET SESSION sql_log_bin = 0');
  const names = blocked.map((b) => accountSql(b.account));
  const statements = inHundreds(names).map((some) => `REVOKE ALL PRIVILEGES, GRANT OPTION FROM ${some.join(', ')}`);
  const ms = await timed(async () => {
    for (const packet of inHundreds(statements)) await session.query(packet.join(';'));
  });
  await session.end();
  return ms;
}

async function ours(lab: Lab, blocked: readonly Blocked[]): Promise<number> {
  const session: Session = await mhaSession(lab, lab.server(0), { withoutBinlog: true });
  const patient = session.under({ statementMs: 120_000 });
  const ms = await timed(() => block(patient, blocked));
  const open = await notShutOut(patient, blocked);
  if (open.length > 0) throw new Error(`not shut out: ${open[0]}`);
  await session.close();
  return ms;
}

function inHundreds<T>(all: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(all.length / 100) }, (_, i) => all.slice(i * 100, (i + 1) * 100));
}

function revokeTable(figures: readonly Figures[]): string {
  const rows = figures.map(({ accounts, bareMs, oursMs, lockMs }) => [
    String(accounts),
    spread(bareMs),
    spread(oursMs),
    (median(oursMs) / median(bareMs)).toFixed(2),
    spread(lockMs),
  ]);
  return table(['accounts', 'bare REVOKEs, ms', 'revoke, ms', 'ratio', 'lock, ms'], rows);
}

function growth(figures: readonly Figures[]): string {
  const times = (of: (f: Figures) => number[]) => {
    const [few, all] = [figures.at(-2), figures.at(-1)];
    return few && all ? (median(of(all)) / median(of(few))).toFixed(1) : '?';
  };
  const [revoked, bareOnes, locked] = [times((f) => f.oursMs), times((f) => f.bareMs), times((f) => f.lockMs)];
  return `10,000 cost ${revoked} times 1,000 (bare REVOKEs: ${bareOnes}; locking: ${locked})`;
}
