import type { Clock } from '../../adapters/clock.ts';
import type { Target } from '../../base/server.ts';
import type { JournalData } from '../../capabilities/journal/data.ts';
import { setReadOnly } from '../../capabilities/readOnly.ts';
import type { Sessions } from '../../cluster/sessions.ts';

/** A call of the online hook, as far as its launcher tells. */
export interface AnnouncedCall {
  readonly command: string;
  readonly host: string | undefined;
  readonly port: number;
}

/**
 * Whether a wrapper may open the new master for this call: it is MHA's `start` for the very server that `stop` closed, and
 * `stop` has ended, so that nobody can write to the original master. The call itself does the same a moment later.
 */
export function isDue(call: AnnouncedCall, journals: readonly JournalData[]): boolean {
  const [journal] = journals;
  if (call.command !== 'start' || journals.length !== 1 || journal?.phase !== 'stopped') return false;
  const { host, ip, port } = journal.newMaster;
  return call.port === port && (call.host === host || call.host === ip);
}

/** Opens the new master over a connection that is there already, and reads it back. Resolves with when it took writes. */
export async function openOverWarm(
  { sessions, clock }: { readonly sessions: Sessions; readonly clock: Clock },
  newMaster: Target,
): Promise<string> {
  await setReadOnly(await sessions.of(newMaster), { readOnly: false });
  return clock.now().toISOString();
}
