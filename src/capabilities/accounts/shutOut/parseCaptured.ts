import type { Account } from '../../../base/account.ts';
import { fitting, flag, list, type Of, object, oneOf, text } from '../../../base/schema.ts';
import { GRANTABLE_ON, type Grant, type GrantObject, isWords, type Privilege } from '../grants/grant.ts';
import type { Blocked } from './blocked.ts';

/** At most 64 characters, each perhaps with a backslash before it. A database name cannot hold NUL (seen: 1064). */
const name = fitting(text(255), (found) => !found.includes('\0'), 'holds a NUL');

/** On MariaDB a user's name can hold NUL, which does not end a string literal (seen on 10.11). */
const account: Of<Account> = object({ kind: oneOf('user', 'role', 'public'), user: text(255), host: text(255) });

const privilege: Of<Privilege> = object({
  name: fitting(text(255), isWords, 'is no privilege'),
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
 * An account that was shut out, from a journal. Statements are built from it anew: its values reach SQL only in quotes,
 * except words (a privilege, a kind of object), whose form is checked.
 */
export const blocked: Of<Blocked> = object({ account, method: oneOf('revoke', 'lock', 'both'), grants: list(grant) });

function some<T>(of: Of<T>): Of<T[]> {
  return fitting(list(of), (found) => found.length > 0, 'is empty');
}
