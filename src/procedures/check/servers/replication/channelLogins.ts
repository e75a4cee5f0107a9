import { accountSql } from '../../../../base/account.ts';
import { error, type Finding, note } from '../../../../base/finding.ts';
import { type Login, readLogins } from '../../../../capabilities/accounts/logins.ts';
import { type ChannelLogin, readChannelLogins } from '../../../../capabilities/replication/channelLogin.ts';
import { isOn, readVariables } from '../../../../capabilities/variables.ts';
import type { Check, CheckContext, CheckedServer } from '../../context.ts';
import { answersOf, each, whereOf } from '../each.ts';
import { rulesOf } from '../facts.ts';

/**
 * Whether every replica can log in to every server that may become its master: MHA changes the source of a channel and keeps
 * its other options. A server that is no replica yet gets the options of another one from MHACompat.pm.
 */
export const channelLogins: Check = {
  title: 'logins of replication',
  run: async (context) => {
    const { answers, failed } = await answersOf(context.servers, ({ session }) => readChannelLogins(session));
    const sources = context.servers.filter((server) => server === context.master || server.mayBeMaster);
    const found = await each(sources, (source) => aboutSource(context, source, answers));
    const moving = [...answers].flatMap(([server, channels]) => channels.flatMap((one) => autoFailover(server, one)));
    return [...failed, ...found, ...moving];
  },
};

async function aboutSource(
  context: CheckContext,
  source: CheckedServer,
  answers: ReadonlyMap<CheckedServer, readonly ChannelLogin[]>,
): Promise<Finding[]> {
  const logins = await readLogins(source.session, [...new Set(rulesOf(context).replicationUsers)]);
  const secure = isOn(
    (await readVariables(source.session, ['require_secure_transport'])).get('require_secure_transport'),
  );
  const replicas = [...answers].filter(([server]) => server !== source);
  const found = replicas.flatMap(([replica, channels]) =>
    channels.flatMap((channel) => {
      const why = shutOut(channel, logins, secure);
      return why === undefined ? [] : [cannotLogIn(replica, channel, source, why)];
    }),
  );
  return [...found, ...(secure ? [unverified(source)] : [])];
}

const NEEDS_KEY = new Set(['caching_sha2_password', 'sha256_password']);

/**
 * Why a channel cannot log in, and what it needs; undefined if it can. With several accounts of the name it is not judged.
 *
 * | the account or the server     | the channel             | needs |
 * |-------------------------------|-------------------------|-------|
 * | requires TLS                  | has no TLS              | TLS   |
 * | caching_sha2_password, sha256 | has no TLS and no key   | key   |
 * | otherwise                     |                         |       |
 */
export function shutOut(channel: ChannelLogin, logins: readonly Login[], secure: boolean): Need | undefined {
  const [login, ...more] = logins;
  if (!login || more.length > 0 || channel.tls) return undefined;
  const account = accountSql({ kind: 'user', user: login.user, host: login.host });
  if (secure) return { what: 'that server requires TLS (require_secure_transport)', option: 'SSL' };
  if (login.needsTls) return { what: `${account} requires TLS there`, option: 'SSL' };
  if (!NEEDS_KEY.has(login.plugin) || channel.key) return undefined;
  return { what: `${account} logs in with ${login.plugin} there, which needs TLS or the server’s key`, option: 'KEY' };
}

interface Need {
  readonly what: string;
  readonly option: 'SSL' | 'KEY';
}

function cannotLogIn(replica: CheckedServer, { name }: ChannelLogin, source: CheckedServer, need: Need): Finding {
  const text = `its replication could not log in to ${whereOf(source)} as the master: ${need.what}`;
  const advice = 'a switch keeps these options: change them now, while nothing depends on it';
  const isMariadb = /MariaDB/i.test(replica.identity.version);
  const change = need.option === 'KEY' ? 'GET_SOURCE_PUBLIC_KEY = 1' : `${isMariadb ? 'MASTER' : 'SOURCE'}_SSL = 1`;
  return error('repl_login', whereOf(replica), text, advice, changing(isMariadb, name, change));
}

/** SOURCE_CONNECTION_AUTO_FAILOVER can be changed only with both threads stopped (seen). */
function changing(isMariadb: boolean, name: string, change: string): string[] {
  if (isMariadb) return ['STOP SLAVE', `CHANGE MASTER TO ${change}`, 'START SLAVE'];
  const channel = name === '' ? '' : ` FOR CHANNEL '${name.replaceAll("'", "''")}'`;
  const words = ['STOP REPLICA', `CHANGE REPLICATION SOURCE TO ${change}`, 'START REPLICA'];
  return words.map((sql) => `${sql}${channel}`);
}

function autoFailover(server: CheckedServer, { name, autoFailover: moves }: ChannelLogin): Finding[] {
  if (!moves) return [];
  const text =
    'it takes another master by itself (SOURCE_CONNECTION_AUTO_FAILOVER): MHA and the server would work against each other';
  const statements = changing(false, name, 'SOURCE_CONNECTION_AUTO_FAILOVER = 0');
  return [error('auto_failover', whereOf(server), text, 'leave that to one of them:', statements)];
}

function unverified(source: CheckedServer): Finding {
  const text = 'it requires TLS: MHA encrypts its own connections, but does not verify the server’s certificate';
  return note('mha_tls', whereOf(source), text);
}
