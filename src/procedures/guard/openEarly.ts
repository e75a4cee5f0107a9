import { deadline } from '../../adapters/clock.ts';
import { isAlive } from '../../adapters/machine.ts';
import { HelperError, messageOf } from '../../base/errors.ts';
import { nameOf } from '../../base/server.ts';
import type { JournalData } from '../../capabilities/journal/data.ts';
import { openJournals } from '../../capabilities/journal/openJournals.ts';
import { setReadOnly } from '../../capabilities/readOnly.ts';
import { inTime } from '../../cluster/observe.ts';
import type { HookCall } from '../../mha/hookCalls.ts';
import { limited, type SwitchContext } from '../switch/context.ts';

/** A new master that needs longer is left to the hook, which tries for longer. */
const LIMIT_MS = 2000;

/**
 * Opens the new master over the session that is already there, while the hook of this call is still loading, and reads it
 * back. The hook repeats and verifies everything, so a failure here goes to the debug log only. True if it takes writes.
 */
export async function openEarly(context: SwitchContext, call: HookCall): Promise<boolean> {
  const { origMaster, newMaster, replicas, journals, clock, log } = context;
  try {
    const found = (await openJournals(journals, [origMaster, newMaster, ...replicas])).flatMap((f) => f.journal ?? []);
    const [open] = found;
    const all = found.map(({ data }) => data);
    if (!isAlive(call.pid) || !open || !isDue(call, all) || !(await open.isHeldHere())) return false;
    await open.forgetUnopened();
    const limit = deadline(LIMIT_MS, new HelperError(`no answer within ${LIMIT_MS / 1000} s`));
    const session = limited(context, limit).sessions.of(newMaster);
    await inTime(
      session.then((opened) => setReadOnly(opened, { readOnly: false })),
      limit,
    );
    log.debug(`new master ${nameOf(newMaster)}: read_only off before the hook had started`);
    await open.noteOpenedEarly(clock.now().toISOString());
    return true;
  } catch (error) {
    log.debug(`not opened early: ${messageOf(error)}`);
    return false;
  }
}

/**
 * True if the guardian may open the new master for this call: it is MHA's `start` for the very server that `stop` closed, and
 * `stop` has ended, so nobody can write to the original master. The hook does the same a moment later.
 */
export function isDue(call: Pick<HookCall, 'command' | 'host' | 'port'>, journals: readonly JournalData[]): boolean {
  const [journal] = journals;
  if (call.command !== 'start' || journals.length !== 1 || journal?.phase !== 'stopped') return false;
  const { host, ip, port } = journal.newMaster;
  return call.port === port && (call.host === host || call.host === ip);
}
