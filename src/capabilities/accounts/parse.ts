import type { Account } from '../../base/account.ts';
import type { Grant, GrantObject, Privilege } from './grant.ts';
import { type Token, tokens } from './tokens.ts';

/**
 * Reads one row of SHOW GRANTS FOR `holder`. Returns no grants for rows that a revoke leaves alone (SET DEFAULT ROLE)
 * and for rows of another grantee (MariaDB lists those of the roles that a role holds).
 * @throws Error on a row of a form it does not know: whoever calls must then not revoke that account.
 */
export function parseGrantRow(row: string, holder: Account): Grant[] {
  const cursor = new Cursor(tokens(row));
  if (cursor.takeWords('SET', 'DEFAULT', 'ROLE')) return [];
  if (!cursor.takeWords('GRANT')) throw unknown(row);
  try {
    const grants = grantsOf(cursor);
    return isFor(holder, cursor.grantee) ? grants : [];
  } catch {
    throw unknown(row);
  }
}

/** Roles and PUBLIC are shown with the rows of the roles that they hold. */
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

function proxy(cursor: Cursor): Grant {
  const on = account(cursor);
  cursor.need('word', 'TO');
  grantee(cursor);
  return { kind: 'proxy', on, grantOption: cursor.hasOption('GRANT') };
}

function roles(cursor: Cursor): Grant[] {
  const found: Account[] = [];
  do {
    const role = account(cursor);
    found.push({ ...role, kind: 'role' });
  } while (cursor.take('sign', ','));
  cursor.need('word', 'TO');
  grantee(cursor);
  const adminOption = cursor.hasOption('ADMIN');
  return found.map((role) => ({ kind: 'role', role, adminOption }));
}

function privileges(cursor: Cursor): Grant {
  const list: Privilege[] = [];
  do list.push(privilege(cursor));
  while (cursor.take('sign', ','));
  cursor.need('word', 'ON');
  const on = object(cursor);
  cursor.need('word', 'TO');
  grantee(cursor);
  return { kind: 'privileges', privileges: list, on, grantOption: cursor.hasOption('GRANT') };
}

function privilege(cursor: Cursor): Privilege {
  const words: string[] = [];
  while (cursor.peek()?.type === 'word' && cursor.peek()?.text !== 'ON') words.push(cursor.need('word').text);
  if (words.length === 0 || !words.every((w) => /^[A-Z][A-Z0-9_]*$/.test(w))) throw new Error('no privilege');
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

/** Role names come as one name on MariaDB, as name@host on MySQL. */
function account(cursor: Cursor): Account {
  const user = cursor.name();
  const host = cursor.take('sign', '@') ? cursor.name() : '';
  return { kind: 'user', user, host };
}

function grantee(cursor: Cursor): void {
  if (!cursor.take('word', 'PUBLIC')) cursor.grantee = account(cursor);
}

class Cursor {
  readonly #all: readonly Token[];
  #at = 0;
  grantee: Account | undefined;

  constructor(all: readonly Token[]) {
    this.#all = all;
  }

  peek(): Token | undefined {
    return this.#all[this.#at];
  }

  take(type: Token['type'], text?: string): Token | undefined {
    const token = this.peek();
    if (token?.type !== type || (text !== undefined && token.text !== text)) return undefined;
    this.#at += 1;
    return token;
  }

  need(type: Token['type'], text?: string): Token {
    const token = this.take(type, text);
    if (!token) throw new Error(`no ${text ?? type}`);
    return token;
  }

  name(): string {
    return (this.take('name') ?? this.need('string')).text;
  }

  takeWords(...words: string[]): boolean {
    const there = words.every(
      (w, i) => this.#all[this.#at + i]?.text === w && this.#all[this.#at + i]?.type === 'word',
    );
    if (there) this.#at += words.length;
    return there;
  }

  /** What follows the grantee (password, REQUIRE, limits) is passed over, but for WITH GRANT|ADMIN OPTION. */
  hasOption(which: 'GRANT' | 'ADMIN'): boolean {
    const rest = this.#all.slice(this.#at);
    return rest.some((t, i) => t.type === 'word' && t.text === which && rest[i + 1]?.text === 'OPTION');
  }
}
