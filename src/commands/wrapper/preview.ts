import { systemClock } from '../../adapters/clock.ts';
import { askYes, canAsk } from '../../adapters/terminal/prompt.ts';
import { messageOf, Refused } from '../../base/errors.ts';
import { nameOf, sameEndpoint, type Target } from '../../base/server.ts';
import { oneLine, wrapped } from '../../base/text.ts';
import { type Cluster, sessionsOf } from '../../cluster/cluster.ts';
import { mayBeMaster } from '../../config/mha/mhaServer.ts';
import { lookAtReplication } from '../../procedures/status/look.ts';
import type { ServerStatus } from '../../procedures/status/serverStatus.ts';
import { statusLines } from '../../procedures/status/text/lines.ts';
import { switchContext } from '../../procedures/switch/contextOf.ts';
import { deadMasterSeen, foresee, masterSeen } from '../../procedures/switch/preview.ts';
import { inColour } from '../cli/terminal.ts';
import type { SwitchRun } from './switchRun.ts';

/** What is not known by then is reported as unknown, and MHA finds out. */
const LIMIT_MS = 5000;
/** While the master is dead, nobody can write. */
const DEAD_LIMIT_MS = 2000;

/**
 * Shows the servers and what a planned switch will do; on a terminal, asks. False if the answer is no.
 * @throws Refused if the master is dead or the new master may not become one; the reason of an interrupt
 */
export async function agreed(run: SwitchRun, yes: boolean): Promise<boolean> {
  const { cluster, invocation, newMaster } = run;
  if (newMaster) refuseNoMaster(cluster, newMaster);
  const seen = await show(run, LIMIT_MS);
  invocation.signal.throwIfAborted();
  const dead = deadMasterSeen(seen, cluster.servers);
  if (dead) throw new Refused([deadSentence(dead)]);
  const master = masterSeen(seen, cluster.servers);
  const sentences = [becomesSentence(cluster, master, newMaster)];
  if (master) sentences.push(...(await foreseen(run, master)));
  invocation.signal.throwIfAborted();
  invocation.print(['', ...sentences.flatMap((s) => wrapped(oneLine(s), 80, '', '  '))].join('\n'));
  return yes || !canAsk() || askYes('\nMove the master now?', invocation.signal);
}

function deadSentence(dead: Target): string {
  return (
    `${nameOf(dead)}, from which the others replicate, does not answer, and a planned switch needs a living master. ` +
    `If it is dead: mysql_failover ${dead.host}${dead.port === 3306 ? '' : ` --dead_master_port=${dead.port}`}`
  );
}

/** MHA would refuse it too, but only later. */
function refuseNoMaster(cluster: Cluster, newMaster: Target): void {
  if (isCandidate(cluster, newMaster)) return;
  throw new Refused([
    `${cluster.config.file} sets no_master = 1 for ${nameOf(newMaster)}; name another new master, or take that line out`,
  ]);
}

function isCandidate({ config, servers }: Cluster, server: Target): boolean {
  return mayBeMaster(config.servers[servers.indexOf(server)]);
}

/** On a terminal, shows what is left of a cluster whose master is believed dead, and asks. */
export async function agreedOnDead(run: SwitchRun, yes: boolean): Promise<boolean> {
  const { dead } = run;
  if (yes || !dead || !canAsk()) return true;
  const seen = await show(run, DEAD_LIMIT_MS);
  run.invocation.signal.throwIfAborted();
  const alive = seen.some((s) => s.status && sameEndpoint(s.server, dead));
  const text = alive
    ? `${nameOf(dead)} answers: it is not dead, and MHA will refuse. mysql_online_failover moves a living master.`
    : `${nameOf(dead)} does not answer and is taken for dead. MHA makes the replica with the latest data the master.`;
  run.invocation.print(`\n${wrapped(text, 80, '', '  ').join('\n')}`);
  return askYes('\nFail over now?', run.invocation.signal);
}

async function show({ cluster, invocation, log }: SwitchRun, answerMs: number): Promise<ServerStatus[]> {
  const sessions = sessionsOf(cluster, { log, signal: invocation.signal });
  try {
    const context = { sessions, clock: systemClock, signal: invocation.signal };
    const seen = await lookAtReplication(context, cluster.servers, { answerMs, syncWaitMs: 0 });
    const lines = statusLines(seen, { colour: inColour(invocation.env), errorsOnly: true });
    invocation.print(['', `${cluster.config.file}:`, ...lines].join('\n'));
    return seen;
  } finally {
    await sessions.closeAll();
  }
}

function becomesSentence(cluster: Cluster, master: Target | undefined, newMaster: Target | undefined): string {
  if (!master) return 'Which server is the master cannot be determined; MHA finds out.';
  const others = cluster.servers.filter((s) => s !== newMaster && s !== master);
  if (newMaster) {
    const follow = [master, ...others].map(nameOf).join(', ');
    return `${nameOf(newMaster)} becomes the master of ${follow}.`;
  }
  const candidates = others.filter((server) => isCandidate(cluster, server)).map(nameOf);
  if (candidates.length === 0) return 'MHA will refuse: every other server has no_master = 1.';
  return `MHA chooses the new master (${candidates.join(' or ')}); ${nameOf(master)} becomes its replica.`;
}

/** If MHA chooses, the accounts are read on the first replica that may become the master. */
async function foreseen({ cluster, invocation, log, newMaster }: SwitchRun, master: Target) {
  const next = newMaster ?? cluster.servers.find((s) => s !== master && isCandidate(cluster, s));
  if (!next) return [];
  const signal = AbortSignal.any([invocation.signal, AbortSignal.timeout(LIMIT_MS)]);
  const context = switchContext(cluster, { orig: master, next }, { log, signal });
  try {
    return await foresee(context);
  } catch (error) {
    return [`What it will do cannot be determined now: ${messageOf(error)}`];
  } finally {
    await context.sessions.closeAll();
  }
}
