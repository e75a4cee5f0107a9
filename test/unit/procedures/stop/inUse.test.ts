import { describe, expect, it } from 'vitest';
import type { Account } from '../../../../src/base/account.ts';
import type { Blocked } from '../../../../src/capabilities/accounts/shutOut/blocked.ts';
import { byUse } from '../../../../src/procedures/stop/sessions/inUse.ts';

const account = (user: string, kind: Account['kind'] = 'user', host = '%'): Account => ({ kind, user, host });
const of = (one: Account, grants: Blocked['grants'] = []): Blocked => ({ account: one, method: 'revoke', grants });
const names = (all: readonly Blocked[]) => all.map((b) => b.account.user);

function split(blocked: Blocked[], ...users: string[]) {
  const { unused, inUse } = byUse(blocked, new Set(users));
  return { unused: names(unused), inUse: names(inUse) };
}

describe('shut out last is', () => {
  it('whoever is connected, on every host of that name', () => {
    const blocked = [of(account('app')), of(account('app', 'user', '10.%')), of(account('report'))];
    expect(split(blocked, 'app')).toEqual({ unused: ['report'], inUse: ['app', 'app'] });
  });

  it('what anybody may depend on: roles, PUBLIC, the account without a name', () => {
    const blocked = [of(account('writers', 'role', '')), of(account('PUBLIC', 'public', '')), of(account(''))];
    expect(split(blocked)).toEqual({ unused: [], inUse: ['writers', 'PUBLIC', ''] });
  });

  it('what another account holds as a role, or stands in for', () => {
    const role: Blocked['grants'][number] = { kind: 'role', role: account('writers'), adminOption: false };
    const proxy: Blocked['grants'][number] = { kind: 'proxy', on: account('owner'), grantOption: false };
    const blocked = [of(account('a'), [role, proxy]), of(account('writers')), of(account('owner'))];
    expect(split(blocked)).toEqual({ unused: ['a'], inUse: ['writers', 'owner'] });
  });
});
