import { type Endpoint, nameOf, sameEndpoint, type Target } from '../../base/server.ts';
import { counted } from '../../base/text.ts';
import { readEvents } from '../../capabilities/events/events.ts';
import { readIdentity } from '../../capabilities/replication/identity.ts';
import { masterNow, placed, type Standing } from '../../cluster/masterNow.ts';
import { masterAmong } from '../../cluster/whoIsMaster.ts';
import type { ServerStatus } from '../status/serverStatus.ts';
import { type AccountFacts, gatherFacts, keepRules } from '../stop/facts.ts';
import { ClientSessions } from '../stop/sessions/index.ts';
import type { SessionNow } from '../stop/sessions/sessionNow.ts';
import { origSession, type SwitchContext } from './context.ts';

/** The master according to the looks, see {@link masterAmong}. */
export function masterSeen(seen: readonly ServerStatus[], servers: readonly Target[]): Target | undefined {
  return masterAmong(placed(standingsSeen(seen, servers).filter(({ state }) => state !== 'down')));
}

/** The master if it does not answer: then a planned switch is impossible. */
export function deadMasterSeen(seen: readonly ServerStatus[], servers: readonly Target[]): Target | undefined {
  const { master, state } = masterNow(standingsSeen(seen, servers), undefined);
  return state === 'down' ? master : undefined;
}

function standingsSeen(seen: readonly ServerStatus[], servers: readonly Target[]): Standing<Target>[] {
  const among = (endpoint: Endpoint | undefined) => servers.filter((s) => endpoint && sameEndpoint(s, endpoint));
  return seen.flatMap(({ server, status, links }) => {
    const masters = links.flatMap(({ master }) => among(master));
    const state = !status ? 'down' : status.readOnly ? 'closed' : 'writable';
    return among(server).map((one) => ({ server: one, masters, state }) as const);
  });
}

/** What a planned switch will do to the original master, one sentence a line. Changes nothing. */
export async function foresee(context: SwitchContext): Promise<string[]> {
  const { origMaster, newMaster, replicas, sessions } = context;
  const identities = await Promise.all(
    [origMaster, newMaster, ...replicas].map(async (s) => readIdentity(await sessions.of(s))),
  );
  const facts = await gatherFacts(context, keepRules(context.rules, identities));
  const orig = await origSession(context);
  const connected = (await new ClientSessions(facts).look(orig)).filter((s) => !s.kept);
  const events = (await readEvents(orig)).filter((e) => e.status === 'ENABLED');
  return [
    accountsSentence(facts, nameOf(origMaster)),
    sessionsSentence(connected, context.settings.drainMs),
    ...(events.length > 0 ? [`${counted(events.length, 'scheduled event')} will run on the new master only.`] : []),
    ...facts.plan.notes.map((note) => `Note: ${note}.`),
  ];
}

function accountsSentence({ plan }: AccountFacts, master: string): string {
  const locked = plan.blocked.filter((b) => b.method !== 'revoke').length;
  const how = locked > 0 ? `, ${locked} of them with ACCOUNT LOCK` : '';
  return `${counted(plan.blocked.length, 'account')} will be shut out of ${master}${how}; ${plan.kept.length} keep their rights.`;
}

function sessionsSentence(sessions: readonly SessionNow[], drainMs: number): string {
  const busy = sessions.filter((s) => s.state === 'busy').length;
  const atWork = busy > 0 ? `, ${busy} of them at work and with up to ${drainMs / 1000} s to finish` : ', all idle';
  if (sessions.length === 0) return 'None of them is connected there.';
  return `${counted(sessions.length, 'session')} of theirs will be ended there${atWork}.`;
}
