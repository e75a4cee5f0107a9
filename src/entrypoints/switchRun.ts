import { systemClock } from '../adapters/clock.ts';
import type { Log } from '../adapters/log.ts';
import { thisProcess } from '../adapters/machine.ts';
import { succeeds } from '../adapters/masterha.ts';
import { ConfigError, messageOf } from '../base/errors.ts';
import { nameOf, type Target } from '../base/server.ts';
import { openJournal } from '../capabilities/journal.ts';
import { MASTER_SWITCH, NEEDS_COMPAT, optionAmong, withCompat } from '../mha/masterSwitch.ts';
import { type MasterhaResult, runMasterha } from '../mha/runMasterha.ts';
import type { SwitchContext } from '../procedures/context.ts';
import { lookAround, outcomeProblems } from '../procedures/outcome.ts';
import { endOpenSwitch } from '../procedures/recover/endOpenSwitch.ts';
import type { Recovered } from '../procedures/recover/index.ts';
import { statusLines } from '../procedures/replicaStatus/lines.ts';
import { lookAtReplication } from '../procedures/replicaStatus/look.ts';
import { compareRights } from '../procedures/rights.ts';
import { type Cluster, journalContext, journalsOf, switchContext } from './cluster.ts';
import { openEarly } from './earlyOpening.ts';
import { mhaOutput } from './mhaOutput.ts';
import { chartFor, newestRecord, ranBy } from './reportRecords.ts';
import { type Invocation, inColour, packageFolder } from './terminal.ts';

/** One run of MHA through a wrapper command. */
export interface SwitchRun {
  readonly cluster: Cluster;
  readonly invocation: Invocation;
  readonly log: Log;
  readonly args: readonly string[];
  readonly followLog?: string | undefined;
  readonly globalConf?: string | undefined;
  /** The server that MHA takes for dead. */
  readonly dead?: Target;
  /** Every line of MHA's is shown, on a terminal too. */
  readonly verbose?: boolean;
}

/** Not interrupted: putting things in order after MHA has its own limits. */
const NEVER = new AbortController().signal;

/** Runs MHA, settles what it leaves, and ends with what is so now. Returns MHA's exit code, or 1 where all is not well. */
export async function runSwitch(run: SwitchRun): Promise<number> {
  const earlier = journalsOf(run.cluster).map((j) => j.path);
  if (!run.dead && earlier[0]) refuseOpen(run.cluster);
  const result = await masterha(run);
  const settled = await settle(run, result);
  const code = await summary(run, result, settled);
  await showRecord(run);
  return code;
}

/** What this run did and when, where it came as far as that; it is for people, and changes no exit code. */
async function showRecord({ cluster, invocation, log }: SwitchRun): Promise<void> {
  try {
    const record = await newestRecord(cluster, systemClock.began(), ranBy([thisProcess()]));
    if (record) invocation.print(`\n${chartFor(record, invocation.env, { remarks: false })}`);
  } catch (error) {
    log.warning(`the record of this switch cannot be shown: ${messageOf(error)}`);
  }
}

/** Runs MHA, and opens the new master for the hook that is still starting. */
async function masterha(run: SwitchRun): Promise<MasterhaResult> {
  const early = openEarly(run.cluster, run.log);
  const output = mhaOutput(run.invocation, run.verbose ?? false);
  try {
    const result = await runMasterha({
      args: withGlobalConf(run),
      env: { ...masterhaEnvironment(run), ...early.env },
      followLog: run.followLog,
      print: output.line,
      log: run.log,
      onInterrupt: run.invocation.onInterrupt,
    });
    output.end(result.exitCode !== 0);
    return { ...result, startSeen: result.startSeen || (await early.end()) };
  } finally {
    await early.end();
  }
}

/** masterha is told of the global file too, unless it was among its own options. */
export function withGlobalConf({ args, globalConf }: Pick<SwitchRun, 'args' | 'globalConf'>): readonly string[] {
  return globalConf && optionAmong(args, 'global_conf') === undefined ? [...args, `--global_conf=${globalConf}`] : args;
}

/** A switch that is only not checked yet is no obstacle: `stop` looks at it itself. */
function refuseOpen(cluster: Cluster): void {
  const unfinished = journalsOf(cluster).find((j) => j.journal?.data.phase !== 'started');
  if (unfinished) throw openJournal(unfinished.path);
}

/** @throws ConfigError where MHA's file names no such script: MHA would then move the master without us. */
export function requireHook(cluster: Cluster, parameter: string): void {
  if (cluster.config.servers.every((s) => s.params.get(parameter))) return;
  const name = parameter.replace(/_script$/, '');
  throw new ConfigError(
    `${cluster.config.file} sets no ${parameter}, so MHA would move the master while applications write to it. ` +
      `Add: ${parameter} = ${packageFolder('bin')}/${name} --conf=${cluster.config.file}`,
  );
}

/** What MHA's programs and their hooks get: which files are meant, and MHACompat.pm where their Perl needs it. */
export function masterhaEnvironment(run: Pick<SwitchRun, 'cluster' | 'invocation' | 'globalConf'>): NodeJS.ProcessEnv {
  const own = {
    ...run.invocation.env,
    MHA_HELPER_CONF: run.cluster.config.file,
    ...(run.globalConf ? { MHA_HELPER_GLOBAL_CONF: run.globalConf } : {}),
  };
  return succeeds('perl', NEEDS_COMPAT, own) ? own : withCompat(own, packageFolder('conf/perl'));
}

/** Undoes or finishes the switch whose journal is open now; undefined where nothing is owed. */
async function settle(run: SwitchRun, result: MasterhaResult): Promise<Recovered | undefined> {
  const found = journalsOf(run.cluster).find((j) => j.journal);
  if (!found?.journal) return undefined;
  const context = journalContext(run.cluster, found.journal, { log: run.log, signal: NEVER });
  try {
    const knowledge = { newMasterNeverOpened: !result.startSeen, deadHosts: [], replicationMs: REPLICATION_MS };
    return await endOpenSwitch(context, found.path, knowledge);
  } catch (error) {
    const why = messageOf(error);
    return { decision: { action: 'keep', why, advice: 'run mha_recover' }, problems: [why], open: true };
  } finally {
    await context.sessions.closeAll();
  }
}

/** How long replication gets to bring the rights back to the original master, before they are given there directly. */
const REPLICATION_MS = 10_000;

/** A short account of who is what now, and what is not as it should be. */
async function summary(run: SwitchRun, result: MasterhaResult, settled: Recovered | undefined): Promise<number> {
  const [first, second] = run.cluster.servers;
  if (!first) return result.exitCode || 1;
  const context = switchContext(run.cluster, { orig: first, next: second ?? first }, { log: run.log, signal: NEVER });
  try {
    const seen = await lookAround(context, run.cluster.servers);
    const writable = seen.filter((o) => o.identity && !o.identity.readOnly).map((o) => o.server);
    const [master] = writable;
    const problems = [...(settled?.problems ?? [])];
    if (!master) problems.push('no server takes writes');
    else problems.push(...outcomeProblems(seen, master, run.dead));
    const others = seen.filter((o) => o.identity && o.server !== master).map((o) => o.server);
    const rights = master ? await compareRights(context, master, others) : { accounts: 0, differ: [] };
    const lines = await finalState(context, run);
    run.invocation.print(report(run, result, settled, { lines, master, problems, rights }));
    return result.exitCode || (problems.length > 0 ? 1 : 0);
  } finally {
    await context.sessions.closeAll();
  }
}

/** As mysql_replica_status shows it. */
async function finalState(context: SwitchContext, { cluster, invocation }: SwitchRun): Promise<string[]> {
  const seen = await lookAtReplication(context, cluster.servers);
  return statusLines(seen, { colour: inColour(invocation.env), width: 78, errorsOnly: true });
}

interface Findings {
  readonly lines: readonly string[];
  readonly master: Target | undefined;
  readonly problems: readonly string[];
  readonly rights: { readonly accounts: number; readonly differ: readonly string[] };
}

function report(run: SwitchRun, result: MasterhaResult, settled: Recovered | undefined, found: Findings): string {
  const master = found.master ? nameOf(found.master) : 'none';
  const undone = settled?.decision.action === 'undo' ? '; the switch was undone' : '';
  const { accounts, differ } = found.rights;
  return [
    '',
    `${MASTER_SWITCH} ended with ${result.exitCode}${undone}. The master is ${master}.`,
    ...found.lines.map((line) => `  ${line}`),
    `  privileges: ${accounts} accounts compared, ${differ.length === 0 ? 'the same on every server' : `${differ.length} differ:`}`,
    ...differ.map((line) => `    ${line}`),
    ...(found.problems.length > 0 ? ['Not as it should be:', ...found.problems.map((p) => `  - ${p}`)] : []),
    ...(run.dead && !found.problems.length
      ? [`  ${nameOf(run.dead)} was taken for dead; keep it down until it is a replica`]
      : []),
  ].join('\n');
}
