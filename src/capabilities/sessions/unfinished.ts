import { brief } from '../../adapters/mysql/failure.ts';
import { ownStatement } from '../../adapters/mysql/mark.ts';
import type { Session } from '../../adapters/mysql/session.ts';
import { ServerError } from '../../base/errors.ts';
import { nameOf } from '../../base/server.ts';
import { endSessions } from './clients.ts';
import { readOwnThreads } from './running.ts';

/**
 * Ends this package's own changes that still wait in other sessions of the same account, and returns the session once they
 * are gone. A server continues a statement whose client is lost: a REVOKE that waited for a lock took effect minutes after
 * it had been undone (seen on MariaDB 10.11).
 * @throws ServerError if one does not end.
 */
export async function endUnfinished(session: Session): Promise<Session> {
  for (let look = 0; ; look += 1) {
    const [left, ...more] = await unfinished(session);
    if (!left) return session;
    if (look === LOOKS) {
      const what = `connection ${left.id} still waits to do ${brief(left.statement)}, although it was killed`;
      throw new ServerError({ server: nameOf(session.server), what });
    }
    if (look === 0) await endSessions(session, [left, ...more]);
    await session.rows('SELECT SLEEP(0.05)');
  }
}

const LOOKS = 60;
const CHANGES = /^\s*(GRANT|REVOKE|ALTER (USER|DEFINER|EVENT)|SET GLOBAL (super_)?read_only|STOP (SLAVE|REPLICA))\b/i;

async function unfinished(session: Session): Promise<{ id: number; statement: string }[]> {
  return (await readOwnThreads(session))
    .map(({ id, statement }) => ({ id, statement: ownStatement(statement) ?? '' }))
    .filter(({ statement }) => CHANGES.test(statement));
}
