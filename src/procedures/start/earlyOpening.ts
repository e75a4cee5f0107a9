import type { Clock } from '../../adapters/clock.ts';
import type { Target } from '../../base/server.ts';
import type { JournalData } from '../../capabilities/journal/data.ts';
import { setReadOnly } from '../../capabilities/readOnly.ts';
import type { Sessions } from '../../cluster/sessions.ts';

/** A call of the online hook, as its launcher announced it. */
export interface AnnouncedCall {
  readonly command: string;
  readonly host: string | undefined;
  readonly port: number;
}

/**
 * True if the wrapper may open the new master for this call: it is MHA's `start` for the very server that `stop` closed, and
 * `stop` has ended, so nobody can write to the original master. The hook does the same a moment later.
 */
export function isDue(call: AnnouncedCall, journals: readonly JournalData[]): boolean {
  const [journal] = journals;
  if (call.command !== 'start' || journals.length !== 1 || journal?.phase !== 'stopped') return false;
  const { host, ip, port } = journal.newMaster;
  return call.port === port && (call.host === host || call.host === ip);
}

/** Opens the new master over an existing connection and reads it back. Resolves with the time. */
export async function openOverWarm(
  { sessions, clock }: { readonly sessions: Sessions; readonly clock: Clock },
  newMaster: Target,
): Promise<string> {
  await setReadOnly(await sessions.of(newMaster), { readOnly: false });
  return clock.now().toISOString();
}
