import { systemClock } from '../adapters/clock.ts';
import { askYes, canAsk } from '../adapters/prompt.ts';
import { messageOf } from '../base/errors.ts';
import { nameOf, sameEndpoint, type Target } from '../base/server.ts';
import { oneLine, wrapped } from '../base/text.ts';
import { foresee, masterSeen } from '../procedures/preview.ts';
import { statusLines } from '../procedures/replicaStatus/lines.ts';
import { lookAtReplication } from '../procedures/replicaStatus/look.ts';
import type { ServerStatus } from '../procedures/replicaStatus/serverStatus.ts';
import { type Cluster, sessionsOf, switchContext } from './cluster.ts';
import type { SwitchRun } from './switchRun.ts';
import { inColour } from './terminal.ts';

/** Looking ahead takes no longer; what is not known by then is said so, and MHA finds out. */
const LIMIT_MS = 5000;
/** For a cluster whose master is dead, and which nobody can write to meanwhile. */
const DEAD_LIMIT_MS = 2000;

/**
 * Shows what is and what a planned switch will do; on a terminal, asks. False if the answer is no.
 * @throws the reason of the interrupt, if one came meanwhile.
 */
export async function agreed(run: SwitchRun, newMaster: Target | undefined, yes: boolean): Promise<boolean> {
  const limit = AbortSignal.any([run.invocation.signal, AbortSignal.timeout(LIMIT_MS)]);
  const seen = await show(run, LIMIT_MS);
  run.invocation.signal.throwIfAborted();
  const master = masterSeen(seen, run.cluster.servers);
  const sentences = [becomesSentence(run.cluster, master, newMaster)];
  if (master) sentences.push(...(await foreseen(run, { master, newMaster, limit })));
  run.invocation.signal.throwIfAborted();
  run.invocation.print(['', ...sentences.flatMap((s) => wrapped(oneLine(s), 80, '', '  '))].join('\n'));
  return yes || !canAsk() || askYes('\nMove the master now?', run.invocation.signal);
}

/** On a terminal, shows what is left of a cluster whose master is taken for dead, and asks. */
export async function agreedOnDead(run: SwitchRun, dead: Target, yes: boolean): Promise<boolean> {
  if (yes || !canAsk()) return true;
  const seen = await show(run, DEAD_LIMIT_MS);
  run.invocation.signal.throwIfAborted();
  const alive = seen.some((s) => s.status && sameEndpoint(s.server, dead));
  const text = alive
    ? `${nameOf(dead)} answers: it is not dead, and MHA will refuse. mysql_online_failover moves a living master.`
    : `${nameOf(dead)} does not answer and is taken for dead. MHA makes the replica that is furthest on the master.`;
  run.invocation.print(`\n${wrapped(text, 80, '', '  ').join('\n')}`);
  return askYes('\nFail over now?', run.invocation.signal);
}

async function show({ cluster, invocation, log }: SwitchRun, answerMs: number): Promise<ServerStatus[]> {
  const sessions = sessionsOf(cluster, { log, signal: invocation.signal });
  try {
    const context = { sessions, clock: systemClock, signal: invocation.signal };
    const seen = await lookAtReplication(context, cluster.servers, { answerMs, levelWaitMs: 0 });
    const lines = statusLines(seen, { colour: inColour(invocation.env), errorsOnly: true });
    invocation.print(['', `${cluster.config.file}:`, ...lines].join('\n'));
    return seen;
  } finally {
    await sessions.closeAll();
  }
}

function becomesSentence({ servers }: Cluster, master: Target | undefined, newMaster: Target | undefined): string {
  if (!master) return 'Which server is the master cannot be told; MHA finds out.';
  const others = servers.filter((s) => s !== newMaster && s !== master).map(nameOf);
  if (!newMaster) return `MHA chooses the new master; ${nameOf(master)} becomes its replica.`;
  const follow = [nameOf(master), ...others].join(', ');
  return `${nameOf(newMaster)} becomes the master, of ${follow}.`;
}

interface Wish {
  readonly master: Target;
  readonly newMaster: Target | undefined;
  readonly limit: AbortSignal;
}

/** Where MHA chooses, any replica will do to look at the accounts. */
async function foreseen({ cluster, log }: SwitchRun, { master, newMaster, limit }: Wish): Promise<string[]> {
  const next = newMaster ?? cluster.servers.find((s) => s !== master);
  if (!next) return [];
  const context = switchContext(cluster, { orig: master, next }, { log, signal: limit });
  try {
    return await foresee(context);
  } catch (error) {
    return [`What it will do cannot be told now: ${messageOf(error)}`];
  } finally {
    await context.sessions.closeAll();
  }
}
