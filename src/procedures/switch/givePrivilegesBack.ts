import type { Session } from '../../adapters/mysql/session.ts';
import { accountName } from '../../base/account.ts';
import { messageOf } from '../../base/errors.ts';
import { nameOf, type Target } from '../../base/server.ts';
import { regrantStatements } from '../../capabilities/accounts/grants/statements.ts';
import { goneFrom } from '../../capabilities/accounts/shutOut/block.ts';
import type { Blocked } from '../../capabilities/accounts/shutOut/blocked.ts';
import { type NotGiven, restore } from '../../capabilities/accounts/shutOut/restore.ts';
import { type Ages, type Due, dueBy, readAges } from '../../capabilities/accounts/shutOut/since.ts';
import { endUnfinished } from '../../capabilities/sessions/unfinished.ts';
import { pollUntil } from '../engine/waiting.ts';
import type { RevokeState } from './captured.ts';
import { origSession, type SwitchContext } from './context.ts';

/**
 * Gives everybody back what was revoked at the original master, directly and with the binlog off. What somebody changed since
 * stays changed and is named in `gone`: a privilege or account that the new master, the witness, no longer has, and an account
 * with another password, which may be another one. For `owed` see {@link restore}.
 */
export async function givePrivilegesBack(
  context: SwitchContext,
  state: RevokeState,
  owed?: (statements: readonly string[]) => void,
): Promise<NotGiven> {
  const witness = await context.sessions.of(context.newMaster).catch(() => undefined);
  const { due, notes } = await stillDue(context, state, witness);
  const orig = await endUnfinished(await origSession(context));
  const gone = (await goneFrom(orig, due)).map((b) => `${accountName(b.account)} was dropped or renamed`);
  const { same, others } = await sameAccounts(context, { orig, witness }, state, due);
  const { left, gone: never } = await restore(orig, same, owed);
  return { left, gone: [...notes, ...gone, ...others, ...never] };
}

/** What nobody has revoked since, according to the witness; everything if there is none. */
export async function stillDue(
  context: SwitchContext,
  { blocked, lacked = [] }: RevokeState,
  witness: Session | undefined,
): Promise<Due> {
  if (!witness) return { due: blocked, notes: [] };
  try {
    return await dueBy(witness, blocked, lacked);
  } catch (error) {
    context.log.warning(`changes since the switch began could not be read: ${messageOf(error)}`);
    return { due: blocked, notes: [] };
  }
}

/**
 * Those of the accounts that are the same as before. One whose password was set since is the same if the change reaches the
 * witness within two seconds: the witness still has its privileges, which it would lack if the account had been dropped.
 */
async function sameAccounts(
  context: SwitchContext,
  { orig, witness }: { readonly orig: Session; readonly witness: Session | undefined },
  { ages }: RevokeState,
  due: readonly Blocked[],
): Promise<{ same: readonly Blocked[]; others: string[] }> {
  if (!ages) return { same: due, others: [] };
  const now = await readAges(orig);
  const changed = due.filter((b) => changedSince(ages.orig, now, b));
  if (changed.length === 0) return { same: due, others: [] };
  let unheard = changed;
  const wait = { stepMs: 100, limitMs: 2000, what: 'changed accounts to reach the new master' };
  await pollUntil(context, wait, async () => {
    const there = witness ? await readAges(witness).catch(() => ages.next) : ages.next;
    unheard = changed.filter((b) => !changedSince(ages.next, there, b));
    return unheard.length > 0 ? unheard.map((b) => accountName(b.account)).join(', ') : undefined;
  });
  return { same: due.filter((b) => !unheard.includes(b)), others: unheard.map((b) => made(context.origMaster, b)) };
}

function changedSince(before: Ages, now: Ages, { account }: Blocked): boolean {
  const name = accountName(account);
  return before[name] !== undefined && now[name] !== undefined && before[name] !== now[name];
}

function made(server: Target, b: Blocked): string {
  const sql = regrantStatements(b).join('; ');
  const what = `${accountName(b.account)} has another password since the switch began, and may be another account`;
  return `${what}: it was given nothing on ${nameOf(server)}. If it is the same: ${sql};`;
}
