import { type Answer, type FailedStatement, failures, inPackets } from '../../../adapters/mysql/packets.ts';
import type { Session } from '../../../adapters/mysql/session.ts';
import type { Account } from '../../../base/account.ts';
import { type Grant, grantSql, grantToAll } from '../grants/grant.ts';
import { ACCOUNTS, unlock } from '../grants/statements.ts';
import { accountOf, type Blocked } from './blocked.ts';

/** A right that so many accounts have in common is given to them in one statement, 15 times as fast (measured on both). */
const ALIKE = 20;

type Common = Parameters<typeof grantToAll>[0];
interface Shared {
  readonly grant: Common;
  readonly to: readonly Account[];
}

/** True if {@link giveAll} gives rights to many accounts at once. */
export function haveMuchInCommon(blocked: readonly Blocked[]): boolean {
  return lockedOf(blocked).length >= ALIKE || sharedBy(blocked).length > 0;
}

/**
 * Gives blocked accounts everything again, many accounts in a statement if they have the same right. Whatever is refused to
 * many is given to each alone; returns those statements that failed. Can be repeated.
 *
 * Into a binlog, too: a GRANT to several accounts of which one is gone fails without being logged, on MariaDB after the accounts
 * before it have the right (seen on 10.11), on MySQL 8 and later without any effect (seen on 9.7). MySQL 5.7 would log an
 * incident then, which stops every replica [doc]: there each account has a statement of its own.
 */
export async function giveAll(
  session: Session,
  blocked: readonly Blocked[],
  onAlone?: (answer: Answer) => Promise<void>,
): Promise<FailedStatement[]> {
  const oneByOne = (await session.dialect()).roles === 'none';
  const shared = oneByOne ? [] : sharedBy(blocked);
  const { refused, waiting } = await giveShared(session, shared, onAlone);
  const given = new Set(shared.map(({ grant }) => keyOf(grant)));
  const isGiven = (b: Blocked, grant: Grant) => isCommon(b, grant) && given.has(keyOf(grant));
  const alone = blocked.flatMap((b) => {
    return b.grants.filter((grant) => !isGiven(b, grant)).map((grant) => grantSql(grant, b.account));
  });
  const unlocking = inLists(lockedOf(blocked), oneByOne ? 1 : ACCOUNTS).map((some) => unlock(...some));
  // Roles before default roles: a replica that lacks the role stops at its default (3530, seen on MySQL 9.7).
  const rest = [...refused.flatMap(({ grant, to }) => to.map((a) => grantSql(grant, a))), ...alone, ...unlocking];
  return [...waiting, ...failures(await inPackets(session, rest, onAlone))];
}

/** No such account: on MariaDB, on MySQL, and on MySQL for a role. */
const NO_ACCOUNT: ReadonlySet<unknown> = new Set([1133, 1410, 3523]);
const ER_LOCK_WAIT_TIMEOUT = 1205;

/**
 * Returns what was refused. If an account is gone, the others are given the right in two halves. What waited for a lock in vain
 * is apart: each account alone would wait for the same.
 */
async function giveShared(
  session: Session,
  shared: readonly Shared[],
  onAlone?: (answer: Answer) => Promise<void>,
): Promise<{ refused: Shared[]; waiting: FailedStatement[] }> {
  if (shared.length === 0) return { refused: [], waiting: [] };
  const answers = await inPackets(
    session,
    shared.map(({ grant, to }) => grantToAll(grant, to)),
    onAlone,
  );
  const halves: Shared[] = [];
  const waiting = failures(answers).filter(({ code }) => code === ER_LOCK_WAIT_TIMEOUT);
  const refused = shared.filter(({ grant, to }, i) => {
    const answer = answers[i];
    if (!answer || !('failed' in answer) || answer.failed.code === ER_LOCK_WAIT_TIMEOUT) return false;
    if (to.length === 1 || !NO_ACCOUNT.has(answer.failed.code)) return true;
    const middle = to.length >> 1;
    halves.push({ grant, to: to.slice(0, middle) }, { grant, to: to.slice(middle) });
    return false;
  });
  const rest = await giveShared(session, halves, onAlone);
  return { refused: [...refused, ...rest.refused], waiting: [...waiting, ...rest.waiting] };
}

function sharedBy(blocked: readonly Blocked[]): Shared[] {
  const alike = new Map<string, { grant: Common; to: Account[] }>();
  for (const b of blocked) {
    for (const grant of b.grants) {
      if (!isCommon(b, grant)) continue;
      const others = alike.get(keyOf(grant));
      if (others) others.to.push(b.account);
      else alike.set(keyOf(grant), { grant, to: [b.account] });
    }
  }
  const common = [...alike.values()].filter(({ to }) => to.length >= ALIKE);
  return common.flatMap(({ grant, to }) => inLists(to, ACCOUNTS).map((some) => ({ grant, to: some })));
}

/** Default roles name what the account has besides, and a proxy is seldom alike. */
function isCommon({ account }: Blocked, grant: Grant): grant is Exclude<Common, { kind: 'proxy' }> {
  return account.kind === 'user' && (grant.kind === 'privileges' || grant.kind === 'role');
}

function lockedOf(blocked: readonly Blocked[]): Account[] {
  return blocked.filter((b) => b.method !== 'revoke').map(accountOf);
}

/** Two lists of the same privileges in another order count as different rights; a server lists them in one order. */
const keyOf = (grant: Common): string => grantToAll(grant, []);

function inLists<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}
