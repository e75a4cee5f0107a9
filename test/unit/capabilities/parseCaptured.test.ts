import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Account } from '../../../src/base/account.ts';
import { type Grant, grantSql, revokeSql } from '../../../src/capabilities/accounts/grants/grant.ts';
import { parseGrantRow } from '../../../src/capabilities/accounts/grants/parse.ts';
import { parseEvents } from '../../../src/capabilities/events/events.ts';
import { parseReadOnly } from '../../../src/capabilities/readOnly.ts';
import { REVOKE } from '../../../src/procedures/switch/captured.ts';

const parseBlocked = (captured: unknown) => REVOKE.parse(captured).blocked;

const app: Account = { kind: 'user', user: 'app', host: '%' };
const on = { type: 'TABLE', db: 'app', name: '*' };
const select = [{ name: 'SELECT', columns: [] }];
const state = (grant: unknown, account: unknown = app) => ({
  blocked: [{ account, method: 'revoke', grants: [grant] }],
});

describe('what a journal has captured', () => {
  it.each<Grant>([
    { kind: 'privileges', privileges: select, on, grantOption: true },
    { kind: 'proxy', on: app, grantOption: false },
    { kind: 'role', role: { kind: 'role', user: 'r', host: '' }, adminOption: true },
    { kind: 'default roles', roles: [{ kind: 'role', user: 'r', host: '%' }] },
    { kind: 'restriction', privileges: select, on },
    {
      kind: 'privileges',
      privileges: [
        { name: 'SET USER', columns: [] },
        { name: 'REPLICATION MASTER ADMIN', columns: [] },
        { name: 'XA_RECOVER_ADMIN', columns: [] },
      ],
      on: { type: 'TABLE', db: '*', name: '*' },
      grantOption: false,
    },
  ])('is read as it was written: %j', (grant) => {
    expect(parseBlocked(JSON.parse(JSON.stringify(state(grant))))).toEqual(state(grant).blocked);
  });

  const evil = 'SELECT ON *.* TO `app`@`%`; CREATE OR REPLACE USER evil; GRANT ALL';
  const named = (name: unknown) => ({
    kind: 'privileges',
    privileges: [{ name, columns: [] }],
    on,
    grantOption: false,
  });
  it.each<[string, unknown]>([
    ['SQL for a privilege', named(evil)],
    ['a privilege with a comment', named('SELECT/**/')],
    ['a privilege in small letters', named('select')],
    ['a privilege that goes on', named('SELECT ON APP TO EVIL')],
    ['no name', named('')],
    ['a name that is no text', named({ toString: 'SELECT' })],
    ['SQL for a kind of object', { ...named('SELECT'), on: { ...on, type: 'TABLE *.* TO evil; --' } }],
    ['a kind of object that is never revoked', { ...named('SELECT'), on: { ...on, type: 'PACKAGE BODY' } }],
    ['no privileges', { ...named('SELECT'), privileges: [] }],
    ['a text instead of a flag', { ...named('SELECT'), grantOption: 'WITH GRANT OPTION; DROP' }],
    ['a statement', { kind: 'sql', sql: 'DROP DATABASE app' }],
    ['another field', { ...named('SELECT'), sql: 'DROP DATABASE app' }],
    ['nothing', null],
    ['a NUL in a name', { ...named('SELECT'), on: { ...on, db: 'a\0b' } }],
  ])('is refused: %s', (_, grant) => {
    expect(() => parseBlocked(state(grant))).toThrow(/blocked\[0\]\.grants\[0\]/);
  });

  it.each([null, [], {}, { blocked: {} }, { blocked: [1] }, state(named('SELECT'), 'app')])(
    'is refused: %j',
    (captured) => expect(() => parseBlocked(captured)).toThrow(Error),
  );

  it('is refused where a statement is made of it, too', () => {
    const grant = named(evil) as Extract<Grant, { kind: 'privileges' }>;
    expect(() => grantSql(grant, app)).toThrow(/is no privilege/);
    expect(() => revokeSql(grant, app)).toThrow(/is no privilege/);
    const typed = { ...named('SELECT'), on: { ...on, type: evil } } as Extract<Grant, { kind: 'privileges' }>;
    expect(() => grantSql(typed, app)).toThrow(/is no privilege/);
  });

  it('comes to one statement that says the same, whatever the names', () => {
    const awkward = fc.constantFrom(
      "'",
      '"',
      '`',
      '\\',
      ';',
      '\n',
      '--',
      '#',
      '/*',
      '*/',
      '%',
      ' ',
      '@',
      'é',
      '😀',
      'a',
    );
    const name = fc.array(awkward, { minLength: 1, maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(name, name, name, name, name, (db, table, column, user, host) => {
        const account: Account = { kind: 'user', user, host };
        const grant: Grant = {
          kind: 'privileges',
          privileges: [{ name: 'SELECT', columns: [column] }],
          on: { type: 'TABLE', db, name: table },
          grantOption: true,
        };
        const [blocked] = parseBlocked(JSON.parse(JSON.stringify(state(grant, account))));
        expect(blocked).toEqual({ account, method: 'revoke', grants: [grant] });
        expect(parseGrantRow(grantSql(grant, account), account)).toEqual([grant]);
      }),
    );
  });
});

describe('events and read_only of a journal', () => {
  const event = { schema: 'app', name: 'e', definer: 'u@%', status: 'ENABLED', charset: 'utf8mb4', collation: 'x' };
  it('are read as they were written, or refused', () => {
    expect(parseEvents([event])).toEqual([event]);
    expect(() => parseEvents([{ ...event, status: 'ENABLE; DROP' }])).toThrow(/events\[0\]\.status/);
    expect(() => parseEvents({})).toThrow(/events is no list/);
    expect(parseReadOnly({ readOnly: false })).toEqual({ readOnly: false });
    expect(parseReadOnly({ readOnly: true, superReadOnly: false })).toEqual({ readOnly: true, superReadOnly: false });
    for (const wrong of [null, {}, { readOnly: '0; DROP' }, { readOnly: true, superReadOnly: 1 }])
      expect(() => parseReadOnly(wrong)).toThrow();
  });
});
