import type { Session } from '../adapters/mysql/session.ts';
import { ServerError } from '../base/errors.ts';
import { nameOf } from '../base/server.ts';

/** Turns the binlog off for this session, and verifies that: its changes stay on this server. @throws ServerError */
export async function binlogOff(session: Session): Promise<void> {
  await session.rows('SET SESSION sql_log_bin = 0');
  await verifyBinlogOff(session);
}

/** @throws ServerError if statements of this session would reach the replicas. */
export async function verifyBinlogOff(session: Session): Promise<void> {
  const [row] = await session.rows('SELECT @@SESSION.sql_log_bin AS value');
  if (Number(row?.value) !== 0) {
    const what = 'the binlog is still on for this session; nothing is revoked';
    throw new ServerError({ server: nameOf(session.server), what });
  }
}
