import { brief } from '../../adapters/mysql/failure.ts';
import { ownStatement } from '../../adapters/mysql/mark.ts';
import { inPackets } from '../../adapters/mysql/packets.ts';
import type { Session } from '../../adapters/mysql/session.ts';
import { ServerError } from '../../base/errors.ts';
import { nameOf } from '../../base/server.ts';

/**
 * Ends what this package itself, in sessions of the same account, still waits to change here, and returns the session once they are gone. A server
 * goes on with a statement whose client is lost: a REVOKE behind a lock came into force minutes after it had been undone
 * (seen on MariaDB 10.11).
 * @throws ServerError where one will not go.
 */
export async function endUnfinished(session: Session): Promise<Session> {
  for (let look = 0; ; look += 1) {
    const [left, ...more] = await unfinished(session);
    if (!left) return session;
    if (look === LOOKS) {
      const what = `connection ${left.id} still waits to do ${brief(left.statement)}, although it was killed`;
      throw new ServerError({ server: nameOf(session.server), what });
    }
    if (look === 0) {
      await inPackets(
        session,
        [left, ...more].map(({ id }) => `KILL CONNECTION ${id}`),
      );
    }
    await session.rows('SELECT SLEEP(0.05)');
  }
}

const LOOKS = 60;
const CHANGES = /^\s*(GRANT|REVOKE|ALTER (USER|DEFINER|EVENT)|SET GLOBAL (super_)?read_only|STOP (SLAVE|REPLICA))\b/i;

async function unfinished(session: Session): Promise<{ id: number; statement: string }[]> {
  const rows = await session.rows(
    'SELECT ID AS id, INFO AS statement FROM information_schema.PROCESSLIST WHERE USER = ? AND ID <> CONNECTION_ID()',
    [session.server.user],
  );
  return rows
    .map((row) => ({ id: Number(row.id), statement: ownStatement(String(row.statement ?? '')) ?? '' }))
    .filter(({ statement }) => CHANGES.test(statement));
}
