import { describe, expect, it } from 'vitest';
import { replAccount } from '../../../src/procedures/check/servers/accounts/replAccount.ts';
import { channelLogins } from '../../../src/procedures/check/servers/replication/channelLogins.ts';
import { unsupported } from '../../../src/procedures/check/servers/replication/unsupported.ts';
import { bad, look, useCheckedLab } from '../../support/checking.ts';
import { isMysql, SQL } from '../../tools/lab/kind.ts';

const { lab, on, provoke } = useCheckedLab();

/** What MHA would meet only after it has repointed a replica. */
describe('the login of a replica to its next master', () => {
  it.runIf(isMysql)('has neither TLS nor the key that caching_sha2_password needs', () => {
    const set = (key: number) =>
      lab
        .server(2)
        .adminAll([
          SQL.stop,
          `CHANGE REPLICATION SOURCE TO SOURCE_SSL = 0, GET_SOURCE_PUBLIC_KEY = ${key}, SOURCE_CONNECT_RETRY = 1`,
          SQL.start,
        ]);
    return provokeEach(() => set(0), 'follow', /log in to .* as the master: .* needs TLS or the server’s key/);
  });

  it('has no TLS, and the account requires it at one of them', () =>
    provokeEach(
      async () => {
        if (isMysql) await lab.server(2).adminAll([SQL.stop, 'CHANGE REPLICATION SOURCE TO SOURCE_SSL = 0', SQL.start]);
        await on(1, "ALTER USER repl@'%' REQUIRE SSL");
      },
      () => on(1, "ALTER USER repl@'%' REQUIRE NONE"),
      /requires TLS there/,
    ));

  /** One or more findings at the third server. */
  async function provokeEach(cause: () => Promise<unknown>, mend: 'follow' | (() => Promise<unknown>), text: RegExp) {
    const found = async () => {
      const all = await look(lab, [channelLogins]);
      return all.filter(({ code, where }) => code === 'repl_login' && where === `${lab.server(2).host}:3306`);
    };
    expect(await found()).toEqual([]);
    await cause();
    const [first] = await found();
    expect(first).toMatchObject({ level: 'error', text: expect.stringMatching(text) });
    if (mend === 'follow') await lab.server(2).adminAll(first?.statements ?? []);
    else await mend();
    expect(await found()).toEqual([]);
  }
});

describe('MHA does not see', () => {
  it('REPLICATION SLAVE that comes through a role', () =>
    provoke({
      ...{ check: replAccount, code: 'repl_by_role', level: 'error', where: 1 },
      cause: () =>
        on(
          1,
          'CREATE ROLE replicating',
          'GRANT REPLICATION SLAVE ON *.* TO replicating',
          "REVOKE REPLICATION SLAVE ON *.* FROM repl@'%'",
          "GRANT replicating TO repl@'%'",
          isMysql ? "ALTER USER repl@'%' DEFAULT ROLE replicating" : "SET DEFAULT ROLE replicating FOR repl@'%'",
        ),
      mend: 'follow',
    }));
});

describe.runIf(isMysql)('MHA cannot work with', () => {
  it('a replica that takes another master by itself', () =>
    provoke({
      ...{ check: channelLogins, code: 'auto_failover', level: 'error', where: 2 },
      cause: () =>
        lab
          .server(2)
          .adminAll([SQL.stop, 'CHANGE REPLICATION SOURCE TO SOURCE_CONNECTION_AUTO_FAILOVER = 1', SQL.start]),
      mend: 'follow',
    }));

  it('two channels', () =>
    provoke({
      ...{ check: unsupported, code: 'several_channels', level: 'error', where: 1, text: /2 replication channels/ },
      cause: () => lab.server(1).admin("CHANGE REPLICATION SOURCE TO SOURCE_HOST = '127.0.0.1' FOR CHANNEL 'second'"),
      mend: () => lab.server(1).admin("RESET REPLICA ALL FOR CHANNEL 'second'"),
    }));
});

it('all is well at the end', async () => {
  expect(bad(await look(lab, [unsupported, channelLogins, replAccount]))).toEqual([]);
});
