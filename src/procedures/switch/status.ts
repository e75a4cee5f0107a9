import { messageOf } from '../../base/errors.ts';
import { nameOf, type Target } from '../../base/server.ts';
import { unfinishedSwitch } from '../../capabilities/journal/journal.ts';
import { openJournals } from '../../capabilities/journal/openJournals.ts';
import { NEEDED_FOR_FAILOVER, NEEDED_ON_NEW, type Need } from '../../capabilities/privileges.ts';
import { noteEvents } from '../start/eventsOfDead.ts';
import type { SwitchContext } from './context.ts';
import { lackingOn } from './ownPrivileges.ts';

/** Which hook asks. */
export type SwitchKind = 'planned' | 'failover';

/**
 * Checks our part of such a switch: a candidate can be reached, and the MHA account may do there what `start` does. For a
 * failover it also notes which events are on. A candidate that is down is a problem only if all are.
 */
export async function checkStatus(
  context: Pick<SwitchContext, 'sessions' | 'journals' | 'settings' | 'origMaster'>,
  candidates: readonly Target[],
  kind: SwitchKind,
): Promise<{ problems: string[]; warnings: string[] }> {
  const journals = await openJournals(context.journals, [context.origMaster, ...candidates]);
  // With an open journal, a failover may have to give privileges back.
  const needs = kind === 'failover' && journals.length === 0 ? NEEDED_FOR_FAILOVER : NEEDED_ON_NEW;
  const looked = await Promise.all(candidates.map((server) => lookAt(context, server, needs)));
  const unreachable = looked.flatMap((l) => l.unreachable ?? []);
  const problems = looked.flatMap((l) => l.lacking);
  const warnings = kind === 'failover' ? await noted(context) : [];
  if (candidates.length === 0) problems.push('the configuration lists no server that may become the master');
  (unreachable.length === candidates.length ? problems : warnings).push(...unreachable);
  for (const { path, journal, why } of journals) {
    if (why !== undefined) problems.push(unfinishedSwitch(path, why).message);
    else if (journal?.data.phase === 'started')
      warnings.push(`a switch is not checked yet: ${path}; mha_recover does that`);
    else problems.push(`a switch of this cluster never ended: ${path}; end it with mha_recover`);
  }
  return { problems, warnings };
}

/** Which events are on can be read now, but not once the master is dead. */
async function noted(context: Pick<SwitchContext, 'sessions' | 'settings' | 'origMaster'>): Promise<string[]> {
  try {
    await noteEvents(context);
    return [];
  } catch (error) {
    const what = `${nameOf(context.origMaster)}: which events are on could not be noted: ${messageOf(error)}`;
    return [`${what}; a failover would switch on those that are off too`];
  }
}

async function lookAt(
  context: Pick<SwitchContext, 'sessions'>,
  server: Target,
  needs: readonly Need[],
): Promise<{ unreachable?: string; lacking: string[] }> {
  try {
    return { lacking: await lackingOn(await context.sessions.of(server), needs) };
  } catch (error) {
    return { unreachable: `${nameOf(server)} could not become the master now: ${messageOf(error)}`, lacking: [] };
  }
}
