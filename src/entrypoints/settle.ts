import { messageOf } from '../base/errors.ts';
import type { MasterhaResult } from '../mha/runMasterha.ts';
import { endOpenSwitch } from '../procedures/recover/endOpenSwitch.ts';
import type { Recovered } from '../procedures/recover/index.ts';
import { journalContext, journalsOf } from './cluster.ts';
import type { SwitchRun } from './switchRun.ts';

/** Not interrupted: putting things in order after MHA has its own limits. */
const NEVER = new AbortController().signal;

/** Undoes or finishes the switch whose journal is open now; undefined where nothing is owed. */
export async function settle(run: SwitchRun, result: MasterhaResult): Promise<Recovered | undefined> {
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
