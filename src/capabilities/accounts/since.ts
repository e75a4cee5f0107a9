import type { Session } from '../../adapters/mysql/session.ts';
import { accountName } from '../../base/account.ts';
import type { Blocked } from './blocked.ts';
import { commonOf, lackingOf } from './covered.ts';
import { type Grant, grantKey, grantSql } from './grant.ts';
import { type AccountState, readStates } from './read.ts';

/** When each account got its password, by its name. It changes if an account is made anew, and tells nothing of the password. */
export type Ages = Readonly<Record<string, string>>;

/** What the new master lacked of the blocked accounts before the switch, as {@link lackedBy} names it. */
export type Lacked = readonly string[];

/** What is still to be given back, and what is not, in words: somebody changed it since it was taken. */
export interface Due {
  readonly due: readonly Blocked[];
  readonly notes: readonly string[];
}

export async function readAges(session: Session): Promise<Ages> {
  const rows = await session.rows((await session.dialect()).accountAges);
  return Object.fromEntries(
    rows.map(({ user, host, age }) => [
      accountName({ kind: 'user', user: String(user), host: String(host) }),
      String(age),
    ]),
  );
}

/** What a server lacks of what blocked accounts had: the names of accounts and rights, for later comparison. */
export function lackedBy(blocked: readonly Blocked[], states: readonly AccountState[]): Lacked {
  return blocked.flatMap((b, i) => namesOf(b, states[i]).map(({ name }) => name));
}

/**
 * The witness is a server whose accounts the switch never touched: what it lacks now, and did not lack before (`lacked`),
 * somebody has taken since. That is not given back, and said.
 */
export async function dueBy(witness: Session, blocked: readonly Blocked[], lacked: Lacked): Promise<Due> {
  const states = await readStates(
    witness,
    blocked.map((b) => b.account),
  );
  const known = new Set(lacked);
  const notes: string[] = [];
  const isNew = ({ name }: Change) => !known.has(name);
  const due = blocked.flatMap((b, i) => {
    const changed = namesOf(b, states[i]).filter(isNew);
    notes.push(...changed.map(({ words }) => `${words} since the switch began: that is not given back`));
    return without(b, states[i], isNew);
  });
  return { due, notes };
}

interface Change {
  readonly kind: 'missing' | 'right' | 'locked';
  readonly name: string;
  readonly words: string;
}

function namesOf(b: Blocked, state: AccountState | undefined): Change[] {
  const account = accountName(b.account);
  const gone = b.account.kind !== 'public' && (!state || state.ignored);
  if (!state || gone)
    return [{ kind: 'missing', name: `${account} missing`, words: `${account} was dropped or renamed` }];
  const taken = b.grants.flatMap((grant) => lost(b, grant, state) ?? []);
  const locked = b.method !== 'revoke' && state.locked;
  return locked ? [...taken, { kind: 'locked', name: `${account} locked`, words: `${account} was locked` }] : taken;
}

function lost({ account }: Blocked, grant: Grant, state: AccountState): Change | undefined {
  const lacking = lackingOf(grant, state.grants);
  if (!lacking) return undefined;
  const name = accountName(account);
  return {
    kind: 'right',
    name: `${name} ${grantKey(lacking)}`,
    words: `${name} lost a right (${grantSql(lacking, account)})`,
  };
}

/** The blocked account without what has changed. */
function without(b: Blocked, state: AccountState | undefined, isNew: (change: Change) => boolean): Blocked[] {
  const changes = namesOf(b, state).filter(isNew);
  if (changes.some(({ kind }) => kind === 'missing')) return [];
  if (!state || state.ignored) return [b];
  const grants = b.grants.flatMap((grant) => {
    const change = lost(b, grant, state);
    return change && isNew(change) ? commonOf(grant, state.grants) : [grant];
  });
  if (!changes.some(({ kind }) => kind === 'locked')) return [{ ...b, grants }];
  return b.method === 'lock' ? [] : [{ ...b, grants, method: 'revoke' }];
}
