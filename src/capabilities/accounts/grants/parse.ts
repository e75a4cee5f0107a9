import type { Account } from '../../../base/account.ts';
import { Cursor, isWord } from './cursor.ts';
import { type Grant, type GrantObject, isWords, type Privilege } from './grant.ts';
import { tokens } from './tokens.ts';

/**
 * Reads one row of SHOW GRANTS FOR `holder`. No grants for SET DEFAULT ROLE, and for rows of another grantee (MariaDB lists
 * the roles that a role holds).
 * @throws Error on a row of an unknown form: that account must not be revoked.
 */
export function parseGrantRow(row: string, holder: Account): Grant[] {
  const cursor = new Cursor(tokens(row));
  if (cursor.takeWords('SET', 'DEFAULT', 'ROLE')) return [];
  const restricts = cursor.takeWords('REVOKE');
  if (!restricts && !cursor.takeWords('GRANT')) throw unknown(row);
  try {
    const grants = restricts ? [restriction(cursor)] : grantsOf(cursor);
    return isFor(holder, cursor.grantee) ? grants : [];
  } catch {
    throw unknown(row);
  }
}

/** MySQL's default roles, from SHOW CREATE USER; none on MariaDB, which lists them in SHOW GRANTS. */
export function parseDefaultRoles(created: string): Grant[] {
  const all = tokens(created);
  const at = all.findIndex((t, i) => isWord(t, 'DEFAULT') && isWord(all[i + 1], 'ROLE'));
  if (at < 0) return [];
  const cursor = new Cursor(all.slice(at + 2));
  const found: Account[] = [];
  do found.push({ ...account(cursor), kind: 'role' });
  while (cursor.take('sign', ','));
  return [{ kind: 'default roles', roles: found }];
}

/** The value of mandatory_roles: `r1,'r 2'@'%'`, with any kind of quotes or none. */
export function parseRoleList(value: string): Account[] {
  const part = '`((?:[^`]|``)*)`|\'((?:[^\']|\'\')*)\'|"((?:[^"]|"")*)"|([^,@]+)';
  const found = value.matchAll(new RegExp(`(?:${part})(?:@(?:${part}))?`, 'g'));
  const roles = [...found].map((m): Account => {
    const [user, host] = [1, 5].map((at) => {
      const [backticked, quoted, doubled, bare] = m.slice(at, at + 4);
      const text = backticked?.replaceAll('``', '`') ?? quoted?.replaceAll("''", "'") ?? doubled?.replaceAll('""', '"');
      return text ?? bare?.trim();
    });
    return { kind: 'role', user: user ?? '', host: host || '%' };
  });
  return roles.filter(({ user }) => user !== '');
}

/** Whether SHOW CREATE USER has ACCOUNT LOCK. */
export function isLocked(created: string): boolean {
  const all = tokens(created);
  return all.some((t, i) => isWord(t, 'ACCOUNT') && isWord(all[i + 1], 'LOCK'));
}

/** For roles and PUBLIC the server also lists the rows of the roles that they hold. */
function isFor(holder: Account, grantee: Account | undefined): boolean {
  if (holder.kind === 'public') return grantee === undefined || grantee.user === 'PUBLIC';
  return holder.kind !== 'role' || grantee?.user === holder.user;
}

function grantsOf(cursor: Cursor): Grant[] {
  if (cursor.takeWords('PROXY', 'ON')) return [proxy(cursor)];
  return cursor.peek()?.type === 'word' ? [privileges(cursor)] : roles(cursor);
}

/** The row is not repeated: it may hold a password hash. */
function unknown(row: string): Error {
  return new Error(`a SHOW GRANTS row of an unknown form, beginning with ${row.split(/\s+/)[0] ?? ''}`);
}

/** A row `REVOKE … ON db.* FROM account`: MySQL's partial revokes. */
function restriction(cursor: Cursor): Grant {
  const { list, on } = privilegesOn(cursor);
  cursor.need('word', 'FROM');
  grantee(cursor);
  return { kind: 'restriction', privileges: list, on };
}

function proxy(cursor: Cursor): Grant {
  const on = account(cursor);
  cursor.need('word', 'TO');
  grantee(cursor);
  return { kind: 'proxy', on, grantOption: cursor.hasOption('GRANT') };
}

function roles(cursor: Cursor): Grant[] {
  const found: Account[] = [];
  do found.push({ ...account(cursor), kind: 'role' });
  while (cursor.take('sign', ','));
  cursor.need('word', 'TO');
  grantee(cursor);
  const adminOption = cursor.hasOption('ADMIN');
  return found.map((role) => ({ kind: 'role', role, adminOption }));
}

function privilegesOn(cursor: Cursor): { list: Privilege[]; on: GrantObject } {
  const list: Privilege[] = [];
  do list.push(privilege(cursor));
  while (cursor.take('sign', ','));
  cursor.need('word', 'ON');
  return { list, on: object(cursor) };
}

function privileges(cursor: Cursor): Grant {
  const { list, on } = privilegesOn(cursor);
  cursor.need('word', 'TO');
  grantee(cursor);
  return { kind: 'privileges', privileges: list, on, grantOption: cursor.hasOption('GRANT') };
}

function privilege(cursor: Cursor): Privilege {
  const words: string[] = [];
  while (cursor.peek()?.type === 'word' && cursor.peek()?.text !== 'ON') words.push(cursor.need('word').text);
  if (!isWords(words.join(' '))) throw new Error('no privilege');
  const columns: string[] = [];
  if (cursor.take('sign', '(')) {
    do columns.push(cursor.need('name').text);
    while (cursor.take('sign', ','));
    cursor.need('sign', ')');
  }
  return { name: words.join(' '), columns };
}

function object(cursor: Cursor): GrantObject {
  const words: string[] = [];
  while (cursor.peek()?.type === 'word') words.push(cursor.need('word').text);
  const db = objectPart(cursor);
  cursor.need('sign', '.');
  return { type: words.join(' ') || 'TABLE', db, name: objectPart(cursor) };
}

function objectPart(cursor: Cursor): string {
  return cursor.take('sign', '*') ? '*' : cursor.need('name').text;
}

/** A role is a name on MariaDB, name@host on MySQL. */
function account(cursor: Cursor): Account {
  const user = cursor.name();
  const host = cursor.take('sign', '@') ? cursor.name() : '';
  return { kind: 'user', user, host };
}

function grantee(cursor: Cursor): void {
  if (!cursor.take('word', 'PUBLIC')) cursor.grantee = account(cursor);
}
