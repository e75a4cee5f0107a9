import { systemClock } from '../../adapters/clock.ts';
import { thisProcess } from '../../adapters/machine.ts';
import { messageOf } from '../../base/errors.ts';
import { sameEndpoint } from '../../base/server.ts';
import type { OldMaster } from '../../capabilities/journal/data.ts';
import { findServer } from '../../cluster/cluster.ts';
import { askOldMaster, lookAtMasters } from '../../procedures/oldMaster/ask.ts';
import { aboutOld } from '../../procedures/oldMaster/words.ts';
import type { ReadRecord } from '../../procedures/report/records.ts';
import type { SwitchContext } from '../../procedures/switch/context.ts';
import { switchContext } from '../../procedures/switch/contextOf.ts';
import { UNINTERRUPTED } from '../cli/terminal.ts';
import { newestRecord, ranBy } from '../mha_report/records.ts';
import type { SwitchRun } from './switchRun.ts';

export interface OldMasterWatch {
  /** Asks it once more. Resolves with what is known of it; undefined if no new master was opened by this run. */
  end(): Promise<OldMaster | undefined>;
}

const EVERY_MS = 1000;

/**
 * During a failover, from the moment that `start` has left its record: asks the old master every second, and closes it as soon as
 * it answers and takes writes. Changes the record if something else is found than before. Nothing that fails here ends the run.
 */
export function watchOldMaster(run: SwitchRun): OldMasterWatch {
  const ended = new AbortController();
  let found: OldMaster | undefined;
  const ask = async () => {
    try {
      found = (await askOnce(run)) ?? found;
    } catch (error) {
      run.log.debug(`the old master was not asked: ${messageOf(error)}`);
    }
  };
  const watching = (async () => {
    while (run.dead && !ended.signal.aborted) {
      await systemClock.sleep(EVERY_MS, ended.signal).catch(() => {});
      await ask();
    }
  })();
  const end = async () => {
    ended.abort();
    await watching;
    return found;
  };
  return { end };
}

/** The last round begins once the run has ended. Acts only under the claim, which `start` has handed over to this run. */
async function askOnce(run: SwitchRun): Promise<OldMaster | undefined> {
  const record = await newestRecord(run.cluster, systemClock.began(), ranBy([thisProcess()]));
  if (!record || !run.dead || record.timeline.opened === undefined || record.timeline.outcome === 'put back')
    return undefined;
  if (!sameEndpoint(record.origMaster, run.dead)) return undefined;
  const next = findServer(run.cluster, record.newMaster.host, record.newMaster.port);
  const context = switchContext(run.cluster, { orig: run.dead, next }, { log: run.log, signal: UNINTERRUPTED });
  try {
    return await underClaim(context, () => askAndNote(context, record));
  } finally {
    await context.sessions.closeAll();
  }
}

async function underClaim<Result>(
  { journals, origMaster }: SwitchContext,
  work: () => Promise<Result>,
): Promise<Result> {
  const path = journals.pathOf(origMaster);
  if (await journals.isHolder(path)) return work();
  const claim = await journals.claim(path, 'mysql_failover');
  try {
    return await work();
  } finally {
    await claim.release();
  }
}

async function askAndNote(context: SwitchContext, record: ReadRecord): Promise<OldMaster> {
  const before = record.timeline.oldMaster;
  const found = await askOldMaster(context, await lookAtMasters(context), before);
  const words = (old: OldMaster | undefined) => JSON.stringify(old && aboutOld(old, record.timeline.newMaster));
  if (!record.open && words(found) !== words(before)) await context.journals.noteOldMaster(record.path, found);
  return found;
}
