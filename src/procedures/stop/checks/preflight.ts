import { Refused } from '../../../base/errors.ts';
import { nameOf, sameEndpoint, type Target } from '../../../base/server.ts';
import type { ServerIdentity } from '../../../capabilities/replication/identity.ts';
import { askWho, observe } from '../../../cluster/observe.ts';
import type { SwitchContext } from '../../switch/context.ts';
import { gatherFacts, keepRules, readWitness, type StopFacts } from '../facts.ts';
import { accountReasons } from './accountChecks.ts';
import { endOlderSwitches } from './olderSwitches.ts';
import { privilegeReasons, systemUsers } from './ownAccount.ts';
import { channelName, topologyReasons } from './topology.ts';

/** Checks if `stop` may begin; changes nothing for this switch. @throws Refused with every reason found, each with what to do. */
export async function preflight(context: SwitchContext): Promise<StopFacts> {
  const { origMaster, newMaster, replicas } = context;
  if (sameEndpoint(origMaster, newMaster)) {
    throw new Refused([`the new master is the original master: ${nameOf(newMaster)}; name another server`]);
  }
  await endOlderSwitches(context);
  const identities = await identify(context, [origMaster, newMaster, ...replicas]);
  refuseIf(topologyReasons(context, identities));
  refuseIf(await privilegeReasons(context));
  const rules = keepRules(context.rules, [...identities.values()]);
  const facts = await gatherFacts(context, rules);
  refuseIf(await systemUsers(context, facts));
  const mismatches = await accountReasons(context, facts);
  if (context.settings.accountMismatch === 'refuse') refuseIf(mismatches);
  else for (const text of mismatches) context.log.warning(text);
  return { ...facts, channel: channelName(context, identities), ...(await readWitness(context, facts.plan.blocked)) };
}

function refuseIf(reasons: readonly string[]): void {
  if (reasons.length > 0) throw new Refused(reasons);
}

async function identify(context: SwitchContext, servers: readonly Target[]): Promise<Map<string, ServerIdentity>> {
  const asked = await observe(servers, async (server) => askWho(await context.sessions.of(server)));
  context.signal.throwIfAborted();
  refuseIf(asked.flatMap(({ failure }) => failure?.why ?? []));
  return new Map(asked.flatMap(({ server, identity }) => (identity ? [[nameOf(server), identity] as const] : [])));
}
