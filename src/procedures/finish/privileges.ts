import { messageOf } from '../../base/errors.ts';
import { nameOf } from '../../base/server.ts';
import { missing } from '../../capabilities/accounts/shutOut/block.ts';
import type { Blocked } from '../../capabilities/accounts/shutOut/blocked.ts';
import { restore } from '../../capabilities/accounts/shutOut/restore.ts';
import { endUnfinished } from '../../capabilities/sessions/unfinished.ts';
import { pollUntil } from '../engine/waiting.ts';
import { revokeStateIn } from '../switch/captured.ts';
import { origSession } from '../switch/context.ts';
import { stillDue } from '../switch/givePrivilegesBack.ts';
import { type FinishContext, note } from './onServer.ts';

/**
 * Waits for replication to bring back what was revoked at the original master and is still due, then gives directly, with the
 * binlog off, what is missing. Returns what is left to do.
 */
export async function givePrivilegesToOrigMaster(context: FinishContext): Promise<readonly string[]> {
  const { journal, sessions, newMaster, origMaster, replicationMs } = context;
  const state = revokeStateIn(journal);
  const witness = await sessions.withoutBinlog(newMaster).catch(() => undefined);
  const { due, notes } = await stillDue(context, state, witness);
  note(context, journal, notes);
  if (replicationMs > 0) await waitForReplication(context, due);
  const session = await endUnfinished(await origSession(context));
  const lacking = await missing(session, due);
  const name = nameOf(origMaster);
  if (lacking.length === 0) return [];
  context.log.warning(`${name}: ${lacking.length} grants missing; giving them directly, with the binlog off`);
  const { left, gone } = await restore(session, due);
  const lost = gone.map((text) => `${name}: ${text}`);
  note(context, journal, lost);
  return left;
}

async function waitForReplication(context: FinishContext, due: readonly Blocked[]): Promise<void> {
  const { origMaster, replicationMs: limitMs } = context;
  const look = async () => {
    const left = await missing(await origSession(context), due);
    return left.length > 0 ? `${left.length} grants still missing on ${nameOf(origMaster)}` : undefined;
  };
  const wait = { stepMs: 100, limitMs, what: 'replication to bring the privileges back' };
  await pollUntil(context, wait, look).catch((error) => context.log.warning(messageOf(error)));
}
