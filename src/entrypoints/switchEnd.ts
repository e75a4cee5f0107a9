import { nameOf, type Target } from '../base/server.ts';
import { MASTER_SWITCH } from '../mha/masterSwitch.ts';
import type { MasterhaResult } from '../mha/runMasterha.ts';
import type { SwitchContext } from '../procedures/context.ts';
import { lookAround, outcomeProblems } from '../procedures/outcome.ts';
import type { Recovered } from '../procedures/recover/index.ts';
import { statusLines } from '../procedures/replicaStatus/lines.ts';
import { lookAtReplication } from '../procedures/replicaStatus/look.ts';
import { compareRights } from '../procedures/rights.ts';
import { switchContext } from './cluster.ts';
import type { SwitchRun } from './switchRun.ts';
import { inColour } from './terminal.ts';

/** Not interrupted: putting things in order after MHA has its own limits. */
const NEVER = new AbortController().signal;

/** A short account of who is what now, and what is not as it should be. */
export async function summary(run: SwitchRun, result: MasterhaResult, settled: Recovered | undefined): Promise<number> {
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
