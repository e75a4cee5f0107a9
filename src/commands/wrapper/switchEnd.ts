import { systemClock } from '../../adapters/clock.ts';
import { thisProcess } from '../../adapters/machine.ts';
import { nameOf, type Target } from '../../base/server.ts';
import type { OldMaster } from '../../capabilities/journal/data.ts';
import { isSplit, type MasterNow, masterNow, masterProblems, masterSentence } from '../../cluster/masterNow.ts';
import { askWho, type Observed, observe, standingsOf } from '../../cluster/observe.ts';
import { isMultiTier } from '../../config/mha/mhaServer.ts';
import { MASTER_SWITCH } from '../../mha/masterSwitch.ts';
import type { MasterhaResult } from '../../mha/runMasterha.ts';
import { lastFence } from '../../procedures/fence/lastFence.ts';
import { aboutOld } from '../../procedures/oldMaster/words.ts';
import type { Recovered } from '../../procedures/recover/index.ts';
import { lookAtReplication } from '../../procedures/status/look.ts';
import { statusLines } from '../../procedures/status/text/lines.ts';
import type { SwitchContext } from '../../procedures/switch/context.ts';
import { switchContext } from '../../procedures/switch/contextOf.ts';
import { type Expected, looseReplicas, outcomeProblems } from '../../procedures/switch/outcome.ts';
import { compareRights } from '../../procedures/switch/rights.ts';
import { fitted, inColour, UNINTERRUPTED } from '../cli/terminal.ts';
import { newestRecord, ranBy } from '../mha_report/records.ts';
import type { CompareRows } from './rows.ts';
import type { SwitchRun } from './switchRun.ts';

/** What was done since MHA ended, and what is still to be compared. */
interface End {
  readonly settled: Recovered | undefined;
  readonly oldMaster: OldMaster | undefined;
  readonly compareRows: CompareRows;
}

/** Prints the roles of the servers and all problems, and returns the exit code. */
export async function summary(run: SwitchRun, result: MasterhaResult, end: End): Promise<number> {
  const { settled, oldMaster, compareRows } = end;
  const [first, second] = run.cluster.servers;
  if (!first) return result.exitCode || 1;
  const context = switchContext(
    run.cluster,
    { orig: first, next: second ?? first },
    { log: run.log, signal: UNINTERRUPTED },
  );
  try {
    const seen = await observe(run.cluster.servers, async (server) => askWho(await context.sessions.of(server)));
    const { opened, expected } = await known(run);
    const now = masterNow(standingsOf(seen), opened);
    const found = outcomeProblems(seen, now, expected);
    const old = oldMaster && now.master && aboutOld(oldMaster, nameOf(now.master));
    const rows = await compareRows(now.master);
    const said = [...(old?.problems ?? []), ...masterProblems(now), ...rows.problems, ...(settled?.problems ?? [])];
    const problems = [...new Set([...said, ...found])];
    const options = { colour: inColour(run.invocation.env), width: 78, errorsOnly: true };
    const lines = statusLines(await lookAtReplication(context, run.cluster.servers), options);
    const rights = await rightsOn(context, seen, now.master);
    const fence = run.dead ? [lastFence(context.journals, run.dead, systemClock.began()) ?? []].flat() : [];
    const remarks = [...rows.lines, ...looseReplicas(seen, now, expected), ...(old?.remarks ?? [])];
    run.invocation.print(fitted(report(run, result, settled, { seen, lines, now, problems, remarks, rights, fence })));
    if (isSplit(now)) return 1;
    return result.exitCode || (problems.length > 0 ? 1 : 0);
  } finally {
    await context.sessions.closeAll();
  }
}

/** From the record of this run and MHA's file: the server that was opened, and what is expected. */
async function known({ cluster, dead }: SwitchRun): Promise<{ opened: Target | undefined; expected: Expected }> {
  const record = await newestRecord(cluster, systemClock.began(), ranBy([thisProcess()])).catch(() => undefined);
  const server = (name: string | undefined) => cluster.servers.find((one) => nameOf(one) === name);
  const outcome = record?.timeline.outcome;
  const isOpen = record && (outcome === 'finished' || (record.timeline.opened && outcome !== 'put back'));
  const multiTier = cluster.servers.filter((_, i) => isMultiTier(cluster.config.servers[i]));
  const former = dead ?? server(record?.timeline.origMaster);
  return {
    opened: isOpen ? server(record.timeline.newMaster) : undefined,
    expected: { down: dead, former, multiTier },
  };
}

async function rightsOn(context: SwitchContext, seen: readonly Observed[], master: Target | undefined) {
  const asked = seen.filter((o) => o.identity).map((o) => o.server);
  if (!master || !asked.includes(master)) return undefined;
  const others = asked.filter((server) => server !== master);
  return compareRights(context, master, others);
}

interface Findings {
  readonly seen: readonly Observed[];
  readonly lines: readonly string[];
  readonly now: MasterNow<Target>;
  readonly problems: readonly string[];
  /** About rows, and what is not of this switch. */
  readonly remarks: readonly string[];
  /** How the dead master was fenced. */
  readonly fence: readonly string[];
  readonly rights: { readonly accounts: number; readonly differ: readonly string[] } | undefined;
}

function report(run: SwitchRun, result: MasterhaResult, settled: Recovered | undefined, found: Findings): string {
  const undone = settled?.decision.action === 'undo' ? '; the switch was undone' : '';
  return [
    '',
    `${MASTER_SWITCH} ended with ${result.exitCode}${undone}. ${masterSentence(found.now)}`,
    ...found.lines.map((line) => `  ${line}`),
    ...rightsLines(found.rights),
    ...found.remarks.map((remark) => `  ${remark}`),
    ...(found.problems.length > 0 ? ['Not as it should be:', ...found.problems.map((p) => `  - ${p}`)] : []),
    ...(run.dead ? [...deadLines(run.dead, found), ...found.fence.map((line) => `  ${line}`)] : []),
  ].join('\n');
}

function rightsLines(rights: Findings['rights']): string[] {
  if (!rights) return ['  privileges: not compared, since the master cannot be asked'];
  const { accounts, differ } = rights;
  const how = differ.length === 0 ? 'the same on every server' : `${differ.length} differ:`;
  return [`  privileges: ${accounts} accounts compared, ${how}`, ...differ.map((line) => `    ${line}`)];
}

function deadLines(dead: Target, { seen, now }: Findings): string[] {
  const answers = seen.some((o) => o.server === dead && o.identity);
  if (!answers)
    return now.master === dead ? [] : [`  ${nameOf(dead)} was taken for dead; keep it down until it is a replica`];
  if (now.master !== dead) return [];
  return [`  ${nameOf(dead)} is alive and the master: mysql_online_failover moves a living master`];
}
