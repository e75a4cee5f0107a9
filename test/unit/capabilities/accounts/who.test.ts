import { describe, expect, it } from 'vitest';
import type { Account } from '../../../../src/base/account.ts';
import { hostFits, isKeptSession } from '../../../../src/capabilities/accounts/who.ts';

describe('a host pattern', () => {
  it.each([
    ['%', '192.0.2.1'],
    ['10.%', '10.1.2.3'],
    ['10.0.0._', '10.0.0.7'],
    ['192.168.0.0/255.255.0.0', '192.168.77.1'],
    ['192.168.1.64/255.255.255.192', '192.168.1.127'],
    ['10.0.0.0/8', '10.255.0.1'],
    ['192.168.1.64/26', '192.168.1.127'],
    ['192.0.2.1/32', '192.0.2.1'],
    ['0.0.0.0/0', '192.0.2.1'],
    ['app\\_1.internal', 'app_1.internal'],
    ['app\\_%.internal', 'app_17.internal'],
    ['a\\%b', 'a%b'],
    ['localhost', 'LOCALHOST'],
    ['%.example.com', 'app1.example.com'],
    ['2001:db8::1', '2001:db8::1'],
  ])('%s fits %s', (pattern, host) => expect(hostFits(pattern, host)).toBe(true));

  it.each([
    ['10.%', '110.1.2.3'],
    ['10.0.0._', '10.0.0.77'],
    ['10.0.0.1', '10x0y0z1'],
    ['192.168.0.0/255.255.0.0', '192.169.0.1'],
    ['192.168.1.64/255.255.255.192', '192.168.1.128'],
    ['192.168.0.0/255.255.0.0', 'db.internal'],
    ['10.0.0.0/8', '11.0.0.1'],
    ['192.168.1.64/26', '192.168.1.128'],
    ['10.0.0.0/33', '10.0.0.1'],
    ['10.0.0.0/8', 'db.internal'],
    ['app\\_1.internal', 'appx1.internal'],
    ['a\\%b', 'axb'],
    ['app(1', 'app1'],
    ['', '192.0.2.1'],
  ])('%s does not fit %s', (pattern, host) => expect(hostFits(pattern, host)).toBe(false));
});

describe('a session is a kept account’s', () => {
  const account = (host: string): Account => ({ kind: 'user', user: 'app', host });
  const [anywhere, inside, byName] = [account('%'), account('10.%'), account('db.internal')];
  const session = { user: 'app', host: '10.0.0.1' };

  it('only if every account it may be is kept', () => {
    expect(isKeptSession(session, [inside, anywhere], [inside, anywhere])).toBe(true);
    expect(isKeptSession(session, [inside], [inside, anywhere])).toBe(false);
    expect(isKeptSession({ user: 'app', host: '192.0.2.1' }, [anywhere], [inside, anywhere])).toBe(true);
  });

  it('if no host fits, only if all accounts of that name are', () => {
    expect(isKeptSession(session, [byName], [byName])).toBe(true);
    expect(isKeptSession(session, [byName], [byName, account('192.%')])).toBe(false);
  });

  it('never, if the name is unknown or only a role’s', () => {
    expect(isKeptSession({ user: 'other', host: 'x' }, [anywhere], [anywhere])).toBe(false);
    const role: Account = { kind: 'role', user: 'app', host: '' };
    expect(isKeptSession(session, [role], [role])).toBe(false);
  });
});
