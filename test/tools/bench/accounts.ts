import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import type { Session } from '../../../src/adapters/mysql/session.ts';
import { accountSql } from '../../../src/base/account.ts';
import { block, notShutOut } from '../../../src/capabilities/accounts/shutOut/block.ts';
import type { Blocked } from '../../../src/capabilities/accounts/shutOut/blocked.ts';
import { type NotGiven, restore } from '../../../src/capabilities/accounts/shutOut/restore.ts';
import { mhaSession, planOf } from '../../support/mhaSession.ts';
import { KIND } from '../lab/kind.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { measureDrain } from './drain.ts';
import { median, spread, table, timed, writeJson } from './figures.ts';
import { GRANTS, makeAccounts, OBJECTS } from './manyAccounts.ts';

const COUNTS = [100, 1_000, 10_000];
const RUNS = 3;

interface Figures {
  readonly accounts: number;
  readonly bareMs: number[];
  readonly oursMs: number[];
  readonly lockMs: number[];
  readonly bareGrantMs: number[];
  readonly givenBackMs: number[];
}

/**
 * Both servers, one after the other: each in a process of its own, as the environment says which it is. `--only=N` measures
 * so many accounts only.
 */
export async function bench(args: readonly string[]): Promise<void> {
  if (args.includes('--here')) return measure(args);
  const all: Record<string, unknown> = {};
  for (const kind of ['mariadb', 'mysql']) {
    const file = join(tmpdir(), `mha-bench-${process.pid}-${kind}.json`);
    const env = { ...process.env, MHA_HELPER_LAB_SERVER: kind };
    const own = [
      process.argv[1] ?? '',
      'accounts',
      '--here',
      ...args.filter((arg) => !arg.startsWith('--json=')),
      `--json=${file}`,
    ];
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
    const only = args.find((arg) => arg.startsWith('--only='))?.split('=')[1];
    for (const accounts of only ? [Number(only)] : COUNTS) figures.push(await many(lab, accounts));
    const drain = await measureDrain(lab);
    process.stdout.write(`\n${KIND}\n${revokeTable(figures)}\n\n${growth(figures)}\n${drain.text}\n`);
    writeJson(args, { accounts: figures, drain });
  } finally {
    await lab.stop();
  }
}

async function many(lab: Lab, accounts: number): Promise<Figures> {
  const figures: Figures = { accounts, bareMs: [], oursMs: [], lockMs: [], bareGrantMs: [], givenBackMs: [] };
  for (let run = 0; run < RUNS; run += 1) {
    const blocked = await prepared(lab, accounts, 'revoke');
    figures.bareMs.push(await bare(lab, blocked));
    figures.bareGrantMs.push(await bareGrants(lab, blocked));
    await prepared(lab, accounts, 'revoke');
    figures.oursMs.push(await ours(lab, blocked));
    figures.givenBackMs.push(await givenBack(lab, blocked));
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
function bare(lab: Lab, blocked: readonly Blocked[]): Promise<number> {
  const names = blocked.map((b) => accountSql(b.account));
  return sent(
    lab,
    inLists(names, 100).map((some) => `REVOKE ALL PRIVILEGES, GRANT OPTION FROM ${some.join(', ')}`),
  );
}

/** The three grants of all accounts, a thousand accounts a statement, and nothing else: nothing is read back. */
function bareGrants(lab: Lab, blocked: readonly Blocked[]): Promise<number> {
  const lists = inLists(
    blocked.map((b) => accountSql(b.account)),
    1000,
  );
  return sent(
    lab,
    GRANTS.flatMap((grant) => lists.map((some) => `GRANT ${grant} TO ${some.join(', ')}`)),
  );
}

async function sent(lab: Lab, statements: readonly string[]): Promise<number> {
  const { host, port } = lab.server(0);
  const session = await createConnection({ host, port, ...lab.mha, multipleStatements: true });
  await session.query('SET SESSION sql_log_bin = 0');
  const ms = await timed(async () => {
    for (const packet of inLists(statements, 100)) await session.query(packet.join(';'));
  });
  await session.end();
  return ms;
}

/** Given back and read back. */
async function givenBack(lab: Lab, blocked: readonly Blocked[]): Promise<number> {
  const session: Session = await mhaSession(lab, lab.server(0), { withoutBinlog: true });
  let left: NotGiven | undefined;
  const ms = await timed(async () => {
    left = await restore(session.under({ statementMs: 120_000 }), blocked);
  });
  await session.close();
  const missing = [...(left?.left ?? []), ...(left?.gone ?? [])];
  if (missing.length > 0) throw new Error(`not given back: ${missing[0]}`);
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

function inLists<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}

function revokeTable(figures: readonly Figures[]): string {
  const ratio = (ours: readonly number[], bare: readonly number[]) => (median(ours) / median(bare)).toFixed(2);
  const rows = figures.map(({ accounts, bareMs, oursMs, lockMs, bareGrantMs, givenBackMs }) => [
    ...[String(accounts), spread(bareMs), spread(oursMs), ratio(oursMs, bareMs), spread(lockMs)],
    ...[spread(bareGrantMs), spread(givenBackMs), ratio(givenBackMs, bareGrantMs)],
  ]);
  const revoking = ['bare REVOKEs, ms', 'revoke, ms', 'ratio', 'lock, ms'];
  return table(['accounts', ...revoking, 'bare GRANTs, ms', 'given back, ms', 'ratio'], rows);
}

function growth(figures: readonly Figures[]): string {
  const times = (of: (f: Figures) => number[]) => {
    const [few, all] = [figures.at(-2), figures.at(-1)];
    return few && all ? (median(of(all)) / median(of(few))).toFixed(1) : '?';
  };
  const [revoked, bareOnes, locked] = [times((f) => f.oursMs), times((f) => f.bareMs), times((f) => f.lockMs)];
  return `10,000 cost ${revoked} times 1,000 (bare REVOKEs: ${bareOnes}; locking: ${locked})`;
}
