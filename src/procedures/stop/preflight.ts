import { messageOf, Refused } from '../../base/errors.ts';
import { nameOf, sameEndpoint, type Target } from '../../base/server.ts';
import { missing } from '../../capabilities/accounts/block.ts';
import { type Journal, openJournal } from '../../capabilities/journal/journal.ts';
import { openJournals } from '../../capabilities/journal/openJournals.ts';
import { readIdentity, type ServerIdentity } from '../../capabilities/replication.ts';
import type { SwitchContext } from '../context.ts';
import { accountReasons, privilegeReasons, systemUsers } from './accountChecks.ts';
import { gatherFacts, keepRules, type StopFacts } from './facts.ts';
import { blockedIn } from './revoke.ts';
import { isFrom, topologyReasons } from './topology.ts';

/**
 * Looks whether `stop` may begin; changes nothing.
 * @throws Refused with every reason found, each with what to do.
 */
export async function preflight(context: SwitchContext): Promise<StopFacts> {
  const { origMaster, newMaster, replicas } = context;
  if (sameEndpoint(origMaster, newMaster)) {
    throw new Refused([`the new master is the original master: ${nameOf(newMaster)}; name another server`]);
  }
  for (const { path, journal, why } of openJournals(context.settings.journalDir, [origMaster, newMaster])) {
    if (!journal || !(await isOver(context, journal))) throw openJournal(path, why);
    journal.close('finished');
  }
  const identities = await identify(context, [origMaster, newMaster, ...replicas]);
  refuseIf(topologyReasons(context, identities));
  refuseIf(await privilegeReasons(context));
  const rules = keepRules(context.rules, [...identities.values()]);
  const facts = await gatherFacts(context, rules, channelName(context, identities));
  refuseIf(await systemUsers(context, facts));
  const mismatches = await accountReasons(context, facts);
  if (context.settings.accountMismatch === 'refuse') refuseIf(mismatches);
  else for (const text of mismatches) context.log.warning(text);
  return facts;
}

/** True for a switch that came to its end, and whose accounts have all their rights on every server: only its check was owed. */
async function isOver(context: SwitchContext, journal: Journal): Promise<boolean> {
  if (journal.data.phase === 'finished' || journal.data.phase === 'undone') return true;
  if (journal.data.phase !== 'started') return false;
  const blocked = blockedIn(journal);
  const servers = [context.origMaster, context.newMaster, ...context.replicas];
  const lacking = await Promise.all(servers.map(async (s) => missing(await context.sessions.of(s), blocked)));
  return lacking.flat().length === 0;
}

function channelName({ origMaster, newMaster }: SwitchContext, found: ReadonlyMap<string, ServerIdentity>): string {
  const orig = found.get(nameOf(origMaster));
  const channels = found.get(nameOf(newMaster))?.channels ?? [];
  return channels.find((c) => orig && isFrom(c, origMaster, orig))?.name ?? '';
}

function refuseIf(reasons: readonly string[]): void {
  if (reasons.length > 0) throw new Refused(reasons);
}

/** Who each server is, all asked at once. */
async function identify(context: SwitchContext, servers: readonly Target[]): Promise<Map<string, ServerIdentity>> {
  const reasons: string[] = [];
  const found = new Map<string, ServerIdentity>();
  await Promise.all(
    servers.map(async (server) => {
      try {
        found.set(nameOf(server), await readIdentity(await context.sessions.of(server)));
      } catch (error) {
        context.signal.throwIfAborted();
        reasons.push(messageOf(error));
      }
    }),
  );
  refuseIf(reasons);
  return found;
}
