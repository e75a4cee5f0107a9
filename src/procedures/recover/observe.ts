import { isRunning, isThisProcess, runningCommands } from '../../adapters/machine.ts';
import { messageOf } from '../../base/errors.ts';
import { nameOf, type Target } from '../../base/server.ts';
import type { Journal } from '../../capabilities/journal/journal.ts';
import type { ReadOnlyState } from '../../capabilities/readOnly.ts';
import { readIdentity, type ServerIdentity } from '../../capabilities/replication.ts';
import type { SwitchContext } from '../context.ts';
import { closeNewMaster } from '../stop/closeNewMaster.ts';
import { PAUSE, type Paused } from '../stop/pauseOrigReplication.ts';
import { isFrom } from '../stop/topology.ts';
import type { Situation, View } from './decide.ts';

/** What the one who recovers knows besides. */
export interface Knowledge {
  readonly newMasterNeverOpened: boolean;
  /** Hosts whose processes are known to have ended with them. */
  readonly deadHosts: readonly string[];
  /** How long replication may take to bring the rights back before they are given directly. */
  readonly replicationMs?: number;
}

/** Looks at the journal, its processes and every server, all asked at once. */
export async function observe(context: SwitchContext, journal: Journal, knowledge: Knowledge): Promise<Situation> {
  const { data } = journal;
  const [orig, next, ...others] = await Promise.all(
    [context.origMaster, context.newMaster, ...context.replicas].map((server) => lookAt(context, server)),
  );
  const before = journal.captured(closeNewMaster.name) as ReadOnlyState | undefined;
  return {
    phase: data.phase,
    owed: data.steps.filter((s) => s.state !== 'undone').map((s) => s.name),
    newMasterWasWritable: before?.readOnly === false,
    running: runningProcesses(journal, knowledge),
    origMaster: viewOf(context.origMaster, orig),
    newMaster: viewOf(context.newMaster, next),
    others: others.map((looked, i) => viewOf(context.replicas[i] as Target, looked)),
    origFollowsNew: !followedBefore(journal) && follows(orig, context.newMaster, next),
    newMasterNeverOpened: knowledge.newMasterNeverOpened,
  };
}

type Looked = ServerIdentity | { readonly failure: string };

async function lookAt(context: SwitchContext, server: Target): Promise<Looked> {
  try {
    return await readIdentity(await context.sessions.of(server));
  } catch (error) {
    return { failure: messageOf(error) };
  }
}

function viewOf(server: Target, looked: Looked | undefined): View {
  if (!looked || 'failure' in looked)
    return { name: nameOf(server), state: 'down', why: looked?.failure ?? 'no answer' };
  return { name: nameOf(server), state: looked.readOnly ? 'closed' : 'writable' };
}

function follows(orig: Looked | undefined, newMaster: Target, next: Looked | undefined): boolean {
  if (!orig || !next || 'failure' in orig || 'failure' in next) return false;
  return orig.channels.some((channel) => isFrom(channel, newMaster, next));
}

/** In an active/passive pair the original master was a replica of the new one before the switch: that proves nothing. */
function followedBefore(journal: Journal): boolean {
  return ((journal.captured(PAUSE) as Paused | undefined)?.channels ?? []).some((c) => c.fromNewMaster);
}

/**
 * The processes of this switch that still run: the one that wrote last, MHA and the wrapper above it, and a hook that
 * was started and has not written yet. A process of another host counts until it is said to be dead.
 */
export function runningProcesses(journal: Journal, knowledge: Knowledge): string[] {
  const { data } = journal;
  const marks = [data.process, ...(data.drivers ?? [])].filter((mark) => !isThisProcess(mark));
  const known = marks.flatMap((mark) => {
    if (knowledge.deadHosts.includes(mark.host)) return [];
    const runs = isRunning(mark);
    if (runs === undefined)
      return [`perhaps process ${mark.pid} on ${mark.host} (say --host_is_dead=${mark.host} if not)`];
    return runs ? [`process ${mark.pid}`] : [];
  });
  const orig = `--orig_master_host=${data.origMaster.host}`;
  const hooks = runningCommands(
    (args) => args.some((a) => a.endsWith('master_ip_online_change')) && args.includes(orig),
  );
  return [...new Set([...known, ...hooks.map((pid) => `process ${pid}`)])];
}
