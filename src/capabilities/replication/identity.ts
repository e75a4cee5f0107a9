import type { Session } from '../../adapters/mysql/session.ts';
import { readChannels } from './channels.ts';
import type { Channel } from './status.ts';

/** Who a server is, and its masters. */
export interface ServerIdentity {
  readonly version: string;
  readonly serverId: number;
  /** Equal for two connections only if they reached the same server. */
  readonly instance: string;
  readonly readOnly: boolean;
  readonly logBin: boolean;
  readonly channels: readonly Channel[];
}

/** @throws ServerError */
export async function readIdentity(session: Session): Promise<ServerIdentity> {
  const [row = {}] = await session.rows(
    'SELECT VERSION() AS version, @@server_id AS serverId, @@global.read_only AS readOnly, @@log_bin AS logBin, ' +
      "CONCAT_WS('|', @@hostname, @@datadir, @@port, @@socket, @@server_id) AS instance",
  );
  return {
    version: String(row.version),
    serverId: Number(row.serverId),
    instance: String(row.instance),
    readOnly: Number(row.readOnly) !== 0,
    logBin: Number(row.logBin) !== 0,
    channels: await readChannels(session),
  };
}
