import type { Row, Session } from '../../../adapters/mysql/session.ts';
import { accountName } from '../../../base/account.ts';
import { commonOf, lackingOf } from '../grants/covered.ts';
import { type Grant, grantKey, grantSql } from '../grants/grant.ts';
import type { AccountState } from '../read.ts';
import { type Blocked, statesOf } from './blocked.ts';

/** When each account's password was set, by account name: changes if an account is created again. */
export type Ages = Readonly<Record<string, string>>;

/** What the new master lacked before the switch, see {@link lackedBy}. */
export type Lacked = readonly string[];

/** What is to be given back, and in words what is not, because somebody has changed it since. */
export interface Due {
  readonly due: readonly Blocked[];
  readonly notes: readonly string[];
}

export async function readAges(session: Session): Promise<Ages> {
  const rows = await session.rows((await session.dialect()).accountAges);
  const nameIn = (row: Row) => accountName({ kind: 'user', user: String(row.user), host: String(row.host) });
  return Object.fromEntries(rows.map((row) => [nameIn(row), String(row.age)]));
}

type Known = Pick<AccountState, 'grants' | 'locked' | 'ignored'>;

/** What a server lacks of the blocked accounts and their rights, by name, for later comparison. */
export function lackedBy(blocked: readonly Blocked[], states: readonly (Known | undefined)[]): Lacked {
  return blocked.flatMap((b, i) => namesOf(b, states[i]).map(({ name }) => name));
}

/**
 * The witness is a server whose accounts the switch never changed: what it lacks now, but not before (`lacked`), somebody
 * has revoked since. That is not given back, and `notes` says so.
 */
export async function dueBy(witness: Session, blocked: readonly Blocked[], lacked: Lacked): Promise<Due> {
  const states = await statesOf(witness, blocked);
  const known = new Set(lacked);
  const notes: string[] = [];
  const isNew = ({ name, missing }: Change) => !known.has(name) && !known.has(missing);
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
  /** The name of the change that the whole account is missing, which includes all its rights. */
  readonly missing: string;
  readonly words: string;
  /** For `right`: what was revoked. */
  readonly part?: Grant;
}

function namesOf(b: Blocked, state: Known | undefined): Change[] {
  const account = accountName(b.account);
  const missing = `${account} missing`;
  const gone = b.account.kind !== 'public' && (!state || state.ignored);
  if (!state || gone)
    return [{ kind: 'missing', name: missing, missing, words: `${account} was dropped or renamed${hadInWords(b)}` }];
  const taken = b.grants.flatMap((grant) => lost(b, grant, state));
  if (b.method === 'revoke' || !state.locked) return taken;
  return [...taken, { kind: 'locked', name: `${account} locked`, missing, words: `${account} was locked` }];
}

function hadInWords(b: Blocked): string {
  const had = b.grants.map((grant) => grantSql(grant, b.account)).join('; ');
  return had === '' ? '' : ` (it had: ${had})`;
}

/** One change for each privilege, since one of several may have been missing before. */
function lost({ account }: Blocked, grant: Grant, state: Known): Change[] {
  const lacking = lackingOf(grant, state.grants);
  if (!lacking) return [];
  const name = accountName(account);
  const parts: Grant[] =
    lacking.kind === 'privileges' ? lacking.privileges.map((p) => ({ ...lacking, privileges: [p] })) : [lacking];
  return parts.map((part) => ({
    kind: 'right',
    name: `${name} ${grantKey(part)}`,
    missing: `${name} missing`,
    words: `${name} lost a right (${grantSql(part, account)})`,
    part,
  }));
}

/** The blocked account without what has changed. */
function without(b: Blocked, state: Known | undefined, isNew: (change: Change) => boolean): Blocked[] {
  const changes = namesOf(b, state).filter(isNew);
  if (changes.some(({ kind }) => kind === 'missing')) return [];
  if (!state || state.ignored) return [b];
  const grants = b.grants.flatMap((grant) => {
    const parts = lost(b, grant, state);
    if (!parts.some(isNew)) return [grant];
    const before = parts.filter((part) => !isNew(part)).flatMap(({ part }) => part ?? []);
    return [...commonOf(grant, state.grants), ...before];
  });
  if (!changes.some(({ kind }) => kind === 'locked')) return [{ ...b, grants }];
  return b.method === 'lock' ? [] : [{ ...b, grants, method: 'revoke' }];
}
