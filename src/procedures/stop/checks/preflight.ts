import { Refused } from '../../../base/errors.ts';
import { type Endpoint, nameOf, sameEndpoint, type Target } from '../../../base/server.ts';
import { readStates } from '../../../capabilities/accounts/read.ts';
import { lackedBy, readAges } from '../../../capabilities/accounts/shutOut/since.ts';
import { type Journal, unfinishedSwitch } from '../../../capabilities/journal/journal.ts';
import { openJournals } from '../../../capabilities/journal/openJournals.ts';
import type { ServerIdentity } from '../../../capabilities/replication/identity.ts';
import { isFrom } from '../../../capabilities/replication/masters.ts';
import { askWho, observe } from '../../../cluster/observe.ts';
import { finishSwitch } from '../../finish/index.ts';
import { claimed } from '../../recover/endOpenSwitch.ts';
import type { SwitchContext } from '../../switch/context.ts';
import { type AccountFacts, gatherFacts, keepRules, type StopFacts } from '../facts.ts';
import { accountReasons, privilegeReasons, systemUsers } from './accountChecks.ts';
import { topologyReasons } from './topology.ts';

/** Checks if `stop` may begin; changes nothing. @throws Refused with every reason found, each with what to do. */
export async function preflight(context: SwitchContext): Promise<StopFacts> {
  const { origMaster, newMaster, replicas } = context;
  if (sameEndpoint(origMaster, newMaster)) {
    throw new Refused([`the new master is the original master: ${nameOf(newMaster)}; name another server`]);
  }
  for (const { path, journal, why } of await openJournals(context.journals, [origMaster, newMaster])) {
    if (!journal || !(await isOver(context, journal))) throw unfinishedSwitch(path, why);
  }
  const identities = await identify(context, [origMaster, newMaster, ...replicas]);
  refuseIf([...topologyReasons(context, identities), ...stoppedReasons(context, identities)]);
  refuseIf(await privilegeReasons(context));
  const rules = keepRules(context.rules, [...identities.values()]);
  const facts = await gatherFacts(context, rules);
  refuseIf(await systemUsers(context, facts));
  const mismatches = await accountReasons(context, facts);
  if (context.settings.accountMismatch === 'refuse') refuseIf(mismatches);
  else for (const text of mismatches) context.log.warning(text);
  return { ...facts, channel: channelName(context, identities), ...(await apart(context, facts)) };
}

/**
 * Closes the journal of a switch that came to its end. If its servers were never compared and it made the present master, that
 * is done now; what is left is only logged, since the checks of this switch find every difference between the servers.
 */
async function isOver(context: SwitchContext, journal: Journal): Promise<boolean> {
  const { phase } = journal.data;
  if (phase !== 'finished' && phase !== 'undone' && phase !== 'started') return false;
  await claimed(journal, 'stop', [], async (last) => {
    const { data } = last;
    if (data.phase === 'finished' || data.phase === 'undone') await last.close(data.phase);
    if (data.phase !== 'started') return;
    const made = data.opened && sameEndpoint(data.opened, context.origMaster);
    // Privileges revoked on a master of this switch never came back through that one.
    if (!made && [context.origMaster, context.newMaster].some((s) => sameEndpoint(s, data.origMaster))) return;
    const before = made ? contextOf(context, data.origMaster) : undefined;
    const left = before ? await finishSwitch(before, last, {}) : [];
    for (const problem of left) context.log.warning(`the switch before this one: ${problem}`);
    if (await last.latest()) await last.close('finished', context.clock.now());
  });
  return (await journal.latest()) === undefined;
}

/** The switch that made the present original master; undefined if its former master is no longer listed. */
function contextOf(context: SwitchContext, former: Endpoint): SwitchContext | undefined {
  const others = [context.newMaster, ...context.replicas];
  const origMaster = others.find((server) => sameEndpoint(server, former));
  const replicas = others.filter((server) => server !== origMaster);
  return origMaster && { ...context, origMaster, newMaster: context.origMaster, replicas };
}

/** What the new master lacks of what will be revoked, and the age of its accounts, for comparison when it is given back. */
async function apart(
  context: SwitchContext,
  { plan: { blocked } }: AccountFacts,
): Promise<Pick<StopFacts, 'lacked' | 'ages'>> {
  const session = await context.sessions.of(context.newMaster);
  const accounts = blocked.map((b) => b.account);
  const states = await readStates(session, accounts);
  return { lacked: lackedBy(blocked, states), ages: await readAges(session) };
}

/** If the original master takes no writes, somebody else may be moving it, from another host. */
function stoppedReasons({ origMaster }: SwitchContext, identities: ReadonlyMap<string, ServerIdentity>): string[] {
  if (!identities.get(nameOf(origMaster))?.readOnly) return [];
  return [
    `${nameOf(origMaster)} is read_only already: another manager may be moving it, or somebody closed it. ` +
      'If nobody is at work on it, open it (SET GLOBAL read_only = 0) and try again',
  ];
}

function channelName({ origMaster, newMaster }: SwitchContext, found: ReadonlyMap<string, ServerIdentity>): string {
  const orig = found.get(nameOf(origMaster));
  const channels = found.get(nameOf(newMaster))?.channels ?? [];
  return channels.find((c) => orig && isFrom(c, origMaster, orig))?.name ?? '';
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
