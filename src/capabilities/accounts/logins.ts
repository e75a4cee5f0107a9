import type { Session } from '../../adapters/mysql/session.ts';

/** What a server asks of somebody who logs in. */
export interface Login {
  readonly user: string;
  readonly host: string;
  readonly plugin: string;
  /** REQUIRE SSL, X509 or more. */
  readonly needsTls: boolean;
}

/** The accounts of these names. @throws ServerError */
export async function readLogins(session: Session, users: readonly string[]): Promise<Login[]> {
  if (users.length === 0) return [];
  const sql = 'SELECT User AS user, Host AS host, plugin, ssl_type AS tls FROM mysql.user WHERE User IN (?)';
  const rows = await session.rows(sql, [[...users]]);
  return rows.map((row) => ({
    user: String(row.user),
    host: String(row.host),
    plugin: String(row.plugin),
    needsTls: String(row.tls ?? '') !== '',
  }));
}
