import { UNPRINTABLE } from './text.ts';

/** An account, a role, or MariaDB's PUBLIC; `host` is empty for MariaDB's roles and PUBLIC. */
export interface Account {
  readonly kind: 'user' | 'role' | 'public';
  readonly user: string;
  readonly host: string;
}

/** The name as people write it: `'app'@'10.%'`, role `'writers'`, PUBLIC. Always on one line. */
export function accountName(account: Account): string {
  if (account.kind === 'public') return 'PUBLIC';
  const name = (text: string) => visible(quote(text));
  if (account.kind === 'role' && account.host === '') return `role ${name(account.user)}`;
  return `${account.kind === 'role' ? 'role ' : ''}${name(account.user)}@${name(account.host)}`;
}

/** Control characters as `\u001b`. Different names stay different, since a backslash in a name is doubled. */
function visible(text: string): string {
  return text.replace(UNPRINTABLE, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The account in SQL. Safe in a sql_mode without NO_BACKSLASH_ESCAPES, which every session here sets. */
export function accountSql(account: Account): string {
  if (account.kind === 'public') return 'PUBLIC';
  if (account.kind === 'role' && account.host === '') return identifier(account.user);
  return `${quote(account.user)}@${quote(account.host)}`;
}

export function sameAccount(a: Account, b: Account): boolean {
  return a.kind === b.kind && a.user === b.user && a.host === b.host;
}

/** A string literal. */
export function quote(text: string): string {
  return `'${text.replace(/\\/g, '\\\\').replace(/'/g, "''")}'`;
}

/** A quoted identifier. */
export function identifier(name: string): string {
  return `\`${name.replace(/`/g, '``')}\``;
}
