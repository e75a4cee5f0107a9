import { ServerError } from '../../base/errors.ts';
import { nameOf } from '../../base/server.ts';
import type { Session } from './session.ts';

/** KILL, then looks until the connection is gone from the server's list, for three seconds at most. */
export async function endOnServer(killer: Session, id: number): Promise<void> {
  await killer.rows('KILL ?', [id]).catch(ignoreUnknownThread);
  for (let look = 0; look < 60; look += 1) {
    const left = await killer.rows('SELECT ID FROM information_schema.PROCESSLIST WHERE ID = ?', [id]);
    if (left.length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new ServerError(`${nameOf(killer.server)}: connection ${id} was killed and is still there after 3 s`);
}

const ER_NO_SUCH_THREAD = 1094;

function ignoreUnknownThread(error: unknown): void {
  if (!(error instanceof ServerError && error.code === ER_NO_SUCH_THREAD)) throw error;
}
