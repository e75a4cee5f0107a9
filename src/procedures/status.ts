import { messageOf } from '../base/errors.ts';
import { nameOf, type Target } from '../base/server.ts';
import { openJournal } from '../capabilities/journal/journal.ts';
import { openJournals } from '../capabilities/journal/openJournals.ts';
import { NEEDED_ON_NEW } from '../capabilities/privileges.ts';
import type { SwitchContext } from './context.ts';
import { lackingOn } from './ownPrivileges.ts';

/**
 * Whether a failover could go through now, as far as it is ours: a candidate can be reached, and the MHA account may do
 * there what `start` does. Returns problems and warnings; a candidate that is down is a problem only if all are.
 */
export async function checkStatus(
  context: Pick<SwitchContext, 'sessions' | 'settings' | 'origMaster'>,
  candidates: readonly Target[],
): Promise<{ problems: string[]; warnings: string[] }> {
  const looked = await Promise.all(candidates.map((server) => lookAt(context, server)));
  const unreachable = looked.flatMap((l) => l.unreachable ?? []);
  const problems = looked.flatMap((l) => l.lacking);
  const warnings: string[] = [];
  if (candidates.length === 0) problems.push('the configuration lists no server that may become the master');
  (unreachable.length === candidates.length ? problems : warnings).push(...unreachable);
  for (const { path, journal, why } of openJournals(context.settings.journalDir, [context.origMaster, ...candidates])) {
    if (why !== undefined) problems.push(openJournal(path, why).message);
    else if (journal?.data.phase === 'started')
      warnings.push(`a switch is not checked yet: ${path}; mha_recover does it`);
    else problems.push(`a switch of this cluster never ended: ${path}; end it with mha_recover`);
  }
  return { problems, warnings };
}

async function lookAt(
  context: Pick<SwitchContext, 'sessions'>,
  server: Target,
): Promise<{ unreachable?: string; lacking: string[] }> {
  try {
    const session = await context.sessions.of(server);
    return { lacking: await lackingOn(session, NEEDED_ON_NEW) };
  } catch (error) {
    return { unreachable: `${nameOf(server)} could not become the master now: ${messageOf(error)}`, lacking: [] };
  }
}
