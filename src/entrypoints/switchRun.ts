import type { Log } from '../adapters/log.ts';
import { succeeds } from '../adapters/masterha.ts';
import { ConfigError, messageOf, Refused } from '../base/errors.ts';
import { nameOf, type Target } from '../base/server.ts';
import { type Journal, openJournal, openJournals } from '../capabilities/journal.ts';
import { MASTER_SWITCH, NEEDS_COMPAT, withCompat } from '../mha/masterSwitch.ts';
import { type MasterhaResult, runMasterha } from '../mha/runMasterha.ts';
import type { SwitchContext } from '../procedures/context.ts';
import { lookAround, outcomeLines, outcomeProblems } from '../procedures/outcome.ts';
import { compareRights } from '../procedures/rights.ts';
import { hookHasEnded, type Settled, settle } from '../procedures/settle.ts';
import { type Cluster, findServer, switchContext } from './cluster.ts';
import { type Invocation, packageFolder } from './terminal.ts';

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
}

/** Not interrupted: putting things in order after MHA has its own limits. */
const NEVER = new AbortController().signal;

/** Runs MHA, settles what it leaves, and ends with what is so now. Returns MHA's exit code, or 1 where all is not well. */
export async function runSwitch(run: SwitchRun): Promise<number> {
  const earlier = journalsOf(run.cluster).map((j) => j.path);
  if (!run.dead && earlier[0]) refuseOpen(run.cluster);
  const result = await runMasterha({
    args: run.args,
    env: environment(run),
    followLog: run.followLog,
    print: run.invocation.print,
    log: run.log,
    onInterrupt: run.invocation.onInterrupt,
  });
  const settled = await settleRun(run, result);
  return summary(run, result, settled);
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

function environment(run: SwitchRun): NodeJS.ProcessEnv {
  const own = {
    ...run.invocation.env,
    MHA_HELPER_CONF: run.cluster.config.file,
    ...(run.globalConf ? { MHA_HELPER_GLOBAL_CONF: run.globalConf } : {}),
  };
  return succeeds('perl', NEEDS_COMPAT, own) ? own : withCompat(own, packageFolder('conf/perl'));
}

function journalsOf(cluster: Cluster): { path: string; journal?: Journal }[] {
  const dirs = new Set(cluster.servers.map((s) => cluster.settingsOf(s).journalDir));
  return [...dirs].flatMap((dir) => openJournals(dir, cluster.servers));
}

/** Undoes or finishes the switch whose journal is open now; undefined where nothing is owed. */
async function settleRun(run: SwitchRun, result: MasterhaResult): Promise<Settled | undefined> {
  const journal = journalsOf(run.cluster).find((j) => j.journal)?.journal;
  if (!journal) return undefined;
  const context = contextOf(run, journal);
  try {
    const reload = () => journalsOf(run.cluster).find((j) => j.path === journal.path)?.journal;
    if (!(await hookHasEnded(context, reload, context.settings.undoMs + 10_000))) {
      throw new Refused([
        `a hook script of this switch is still running; see ${journal.path} and run mha_recover later`,
      ]);
    }
    const last = reload();
    return last && (await settle(context, last, result.startSeen));
  } catch (error) {
    return { how: 'undone', problems: [messageOf(error)] };
  } finally {
    await context.sessions.closeAll();
  }
}

function contextOf(run: SwitchRun, journal: Journal): SwitchContext {
  const { origMaster, newMaster } = journal.data;
  const masters = {
    orig: findServer(run.cluster, origMaster.host, origMaster.port),
    next: findServer(run.cluster, newMaster.host, newMaster.port),
  };
  return switchContext(run.cluster, masters, { log: run.log, signal: NEVER });
}

/** A short account of who is what now, and what is not as it should be. */
async function summary(run: SwitchRun, result: MasterhaResult, settled: Settled | undefined): Promise<number> {
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
    run.invocation.print(report(run, result, settled, { lines: outcomeLines(seen), master, problems, rights }));
    return result.exitCode || (problems.length > 0 ? 1 : 0);
  } finally {
    await context.sessions.closeAll();
  }
}

interface Findings {
  readonly lines: readonly string[];
  readonly master: Target | undefined;
  readonly problems: readonly string[];
  readonly rights: { readonly accounts: number; readonly differ: readonly string[] };
}

function report(run: SwitchRun, result: MasterhaResult, settled: Settled | undefined, found: Findings): string {
  const master = found.master ? nameOf(found.master) : 'none';
  const undone = settled?.how === 'undone' ? '; the switch was undone' : '';
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
