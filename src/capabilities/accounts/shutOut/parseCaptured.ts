import type { Account } from '../../../base/account.ts';
import { flag, list, type Of, object, oneOf, text } from '../../../base/schema.ts';
import { GRANTABLE_ON, type Grant, type GrantObject, isWords, type Privilege } from '../grants/grant.ts';
import type { Blocked } from './blocked.ts';

/** At most 64 characters, each perhaps with a backslash before it. NUL is in no name of a database (seen: 1064). */
const name: Of<string> = (value, at) => {
  const found = text(255)(value, at);
  if (!found.includes('\0')) return found;
  throw new Error(`${at} holds a NUL`);
};

/** MariaDB lets a user's name hold NUL, and it ends no string literal (seen on 10.11). */
const account: Of<Account> = object({ kind: oneOf('user', 'role', 'public'), user: text(255), host: text(255) });

const privilege: Of<Privilege> = object({
  name: (value, at) => {
    const found = text(255)(value, at);
    if (isWords(found)) return found;
    throw new Error(`${at} is no privilege`);
  },
  columns: list(name),
});

const on: Of<GrantObject> = object({ type: oneOf(...GRANTABLE_ON), db: name, name });

type OfKind<Kind extends Grant['kind']> = Of<Extract<Grant, { kind: Kind }>>;

const GRANTS: { readonly [Kind in Grant['kind']]: OfKind<Kind> } = {
  privileges: object({ kind: oneOf('privileges'), privileges: some(privilege), on, grantOption: flag }),
  proxy: object({ kind: oneOf('proxy'), on: account, grantOption: flag }),
  role: object({ kind: oneOf('role'), role: account, adminOption: flag }),
  'default roles': object({ kind: oneOf('default roles'), roles: some(account) }),
  restriction: object({ kind: oneOf('restriction'), privileges: some(privilege), on }),
};

const grant: Of<Grant> = (value, at) => {
  const kind = (value as { kind?: unknown } | null)?.kind;
  const known = oneOf(...(Object.keys(GRANTS) as Grant['kind'][]))(kind, `${at}.kind`);
  return GRANTS[known](value, at);
};

/**
 * An account that a journal says was shut out, as data of which statements are made anew. Nothing in it reaches SQL but in
 * quotes, except words (a privilege, a kind of object), and those are of one form.
 */
export const blocked: Of<Blocked> = object({ account, method: oneOf('revoke', 'lock', 'both'), grants: list(grant) });

function some<T>(of: Of<T>): Of<T[]> {
  return (value, at) => {
    const found = list(of)(value, at);
    if (found.length > 0) return found;
    throw new Error(`${at} is empty`);
  };
}
