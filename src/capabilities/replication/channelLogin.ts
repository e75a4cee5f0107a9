import type { Session } from '../../adapters/mysql/session.ts';
import { oneLine } from '../../base/text.ts';
import { replicaRows } from './channels.ts';

/** How a channel logs in to its master. */
export interface ChannelLogin {
  readonly name: string;
  readonly tls: boolean;
  /** MySQL: it asks the master for its public key, or has it in a file. */
  readonly key: boolean;
  /** It takes another source by itself when this one fails (SOURCE_CONNECTION_AUTO_FAILOVER). */
  readonly autoFailover: boolean;
}

const AUTO_FAILOVER =
  'SELECT CHANNEL_NAME AS name FROM performance_schema.replication_connection_configuration ' +
  "WHERE SOURCE_CONNECTION_AUTO_FAILOVER = '1'";

/** None if it is no replica. @throws ServerError */
export async function readChannelLogins(session: Session): Promise<ChannelLogin[]> {
  const rows = await replicaRows(session);
  // Neither MariaDB nor MySQL 5.7 has that column.
  const moving = await session.rows(AUTO_FAILOVER).catch(() => []);
  return rows.map((row) => {
    const value = (...names: string[]) => oneLine(String(names.map((n) => row[n]).find((v) => v != null) ?? ''));
    const name = value('Connection_name', 'Channel_Name');
    return {
      name,
      tls: value('Source_SSL_Allowed', 'Master_SSL_Allowed') === 'Yes',
      key: value('Get_Source_public_key') === '1' || value('Source_public_key_path') !== '',
      autoFailover: moving.some((one) => String(one.name) === name),
    };
  });
}
