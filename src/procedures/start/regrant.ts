import { accountName } from '../../base/account.ts';
import { messageOf } from '../../base/errors.ts';
import { nameOf, type Target } from '../../base/server.ts';
import type { Grant } from '../../capabilities/accounts/grants/grant.ts';
import { readStates } from '../../capabilities/accounts/read.ts';
import type { Blocked } from '../../capabilities/accounts/shutOut/blocked.ts';
import { giveAll } from '../../capabilities/accounts/shutOut/together.ts';
import type { StepReport } from '../engine/report.ts';
import { revokeStateIn } from '../switch/captured.ts';
import type { SwitchContext } from '../switch/context.ts';
import { stillDue } from '../switch/givePrivilegesBack.ts';
import type { StartContext } from './record.ts';

/**
 * Gives back, through the new master's binlog, what the accounts still have at the new master; replication carries it to the
 * original one. A grant that names an account or role that a server lacks is left out: it would stop that replica (1133, 1959).
 */
export async function regrant(context: StartContext, { counts, notes }: StepReport): Promise<readonly string[]> {
  const state = revokeStateIn(context.journal);
  if (state.blocked.length === 0) return [];
  const session = await context.sessions.of(context.newMaster);
  const still = await stillDue(context, state, session);
  const lacking = await lackedSomewhere(context, still.due);
  const there = still.due.filter((b) => b.method === 'lock' || !lacking.has(accountName(b.account)));
  const isSafe = (g: Grant) => g.kind !== 'role' || !lacking.has(accountName(g.role));
  const safe = there.map((b) => ({ ...b, grants: b.grants.filter(isSafe) }));
  const failed = await giveAll(session, safe);
  context.log.info(`${safe.length} accounts have their privileges again on ${nameOf(context.newMaster)}`);
  counts.accounts = safe.length;
  for (const note of still.notes) context.log.warning(note);
  notes.push(...still.notes);
  return [
    ...failed.map((f) => `${f.sql}: ${f.reason}`),
    ...[...lacking].map(([account, on]) => `${account} is missing on ${on}; left out, so that replication goes on`),
  ];
}

async function lackedSomewhere(context: SwitchContext, blocked: readonly Blocked[]): Promise<Map<string, string>> {
  const lacking = new Map<string, string>();
  const roles = blocked.flatMap((b) => b.grants.flatMap((g) => (g.kind === 'role' ? [g.role] : [])));
  const unique = new Map(roles.map((role) => [accountName(role), role]));
  const accounts = [...blocked.map((b) => b.account), ...unique.values()];
  const check = async (server: Target) => {
    for (const state of await readStates(await context.sessions.of(server), accounts)) {
      if (state.ignored) lacking.set(accountName(state.account), nameOf(server));
    }
  };
  await check(context.newMaster);
  await Promise.all(context.replicas.map((r) => check(r).catch((e) => context.log.warning(messageOf(e)))));
  return lacking;
}
