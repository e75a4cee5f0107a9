import { setTimeout as sleep } from 'node:timers/promises';
import { configureHooks, runCommand } from '../../support/commands.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { type LoadReport, startLoad } from '../lab/load/load.ts';
import { onlineSwitch } from '../lab/mha.ts';
import type { RunResult } from '../lab/run.ts';
import { nodeAloneMs } from './boot.ts';
import { median, spread, table, writeJson } from './figures.ts';
import { makeAccounts, OBJECTS } from './manyAccounts.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';

const RUNS = 5;

interface Figures {
  readonly scenario: string;
  readonly nothingMs: number[];
  readonly oursMs: number[];
  /** Commits of clients that were refused because somebody ended their transaction, by run. */
  readonly lost: number[];
}

/**
 * Real switches by MHA under load, with scripts that do nothing and with ours in turn: the longest time without an
 * acknowledged commit over all clients. `--only=NAME` takes one scenario, `--runs=N` so many pairs, `--mysql` MySQL 9.7.
 */
export async function bench(args: readonly string[]): Promise<void> {
  const option = (name: string) => args.find((arg) => arg.startsWith(`--${name}=`))?.split('=')[1];
  const runs = Number(option('runs') ?? RUNS);
  const chosen = SCENARIOS.filter(({ name }) => name === (option('only') ?? name));
  const nodeMs = await nodeAloneMs();
  const lab = await startLab();
  try {
    const figures: Figures[] = [];
    for (const scenario of chosen) figures.push(await measure(lab, scenario, runs));
    process.stdout.write(`\n${outageTable(figures, nodeMs)}\n\nnode -e 0: ${nodeMs.toFixed(1)} ms; the goal is 2.00\n`);
    writeJson(args, { nodeMs, figures });
  } finally {
    await lab.stop();
  }
}

async function measure(lab: Lab, scenario: Scenario, runs: number): Promise<Figures> {
  const figures: Figures = { scenario: scenario.name, nothingMs: [], oursMs: [], lost: [] };
  for (let run = 1; run <= runs; run += 1) {
    figures.nothingMs.push((await once(lab, scenario, doNothing)).gapMs);
    const ours = await once(lab, scenario, withOurScripts);
    figures.oursMs.push(ours.gapMs);
    figures.lost.push(ours.lost);
    const [a, b] = [figures.nothingMs.at(-1), figures.oursMs.at(-1)];
    process.stdout.write(`${scenario.name}, ${run} of ${runs}: nothing ${a} ms, ours ${b} ms\n`);
  }
  return figures;
}

async function once(lab: Lab, scenario: Scenario, switchOver: (lab: Lab) => Promise<RunResult>) {
  await lab.reset();
  await lab.server(0).adminAll(OBJECTS);
  if (scenario.accounts) for (const server of lab.servers) await makeAccounts(server, scenario.accounts);
  await lab.waitReplicasLevel();
  await keepUp(lab);
  const load = await startLoad({ servers: lab.servers, ...scenario.load });
  const aside = scenario.aside?.(lab.server(0));
  await sleep(700);
  const result = await switchOver(lab);
  await sleep(500);
  const report: LoadReport = await load.stop();
  if (result.code !== 0) throw new Error(`${scenario.name}: exit ${result.code}\n${result.stdout}${result.stderr}`);
  return { gapMs: report.longestGapMs, lost: (await aside) ?? 0 };
}

/**
 * Replicas that do not flush every commit: where they share two cores and a disk with their master they would fall behind,
 * and MHA's wait for the new master would be all there is to see.
 */
async function keepUp(lab: Lab): Promise<void> {
  const sql = 'SET GLOBAL sync_binlog = 0, GLOBAL innodb_flush_log_at_trx_commit = 2';
  for (const server of lab.servers.slice(1)) await server.admin(sql);
}

function doNothing(lab: Lab): Promise<RunResult> {
  lab.configure({ master_ip_online_change_script: '/bin/true' });
  return onlineSwitch(lab.confFile, lab.server(1).host);
}

function withOurScripts(lab: Lab): Promise<RunResult> {
  configureHooks(lab);
  return runCommand('mysql_online_failover', [`--conf=${lab.confFile}`, `--new_master_host=${lab.server(1).host}`]);
}

/** What ours take beyond scripts that do nothing is reported as a multiple of starting Node. */
function outageTable(figures: readonly Figures[], nodeMs: number): string {
  const rows = figures.map(({ scenario, nothingMs, oursMs, lost }) => [
    scenario,
    spread(nothingMs),
    spread(oursMs),
    ((median(oursMs) - median(nothingMs)) / nodeMs).toFixed(2),
    String(lost.reduce((sum, n) => sum + n, 0)),
  ]);
  return table(['longest gap, ms', 'scripts do nothing', 'ours', 'above, in node -e 0', 'transactions lost'], rows);
}
