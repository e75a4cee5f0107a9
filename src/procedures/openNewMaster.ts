import { messageOf, ServerError } from '../base/errors.ts';
import { nameOf } from '../base/server.ts';
import { setReadOnly } from '../capabilities/readOnly.ts';
import type { SwitchContext } from './context.ts';
import type { Sessions } from './sessions.ts';

/** What `start` needs to end the outage: nothing but a way to the new master. */
export type OpenContext = Pick<SwitchContext, 'newMaster' | 'log' | 'clock' | 'signal'> & {
  readonly sessions: Sessions;
};

const TRIES = 5;
const BETWEEN_TRIES_MS = 500;

/**
 * Makes the new master writable, whatever else is wrong; tries several times and reads it back.
 * @throws ServerError only where it cannot be written to.
 */
export async function openNewMaster(context: OpenContext): Promise<void> {
  const { newMaster, log } = context;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await setReadOnly(await context.sessions.of(newMaster), { readOnly: false });
      log.info(`new master ${nameOf(newMaster)}: read_only off, it takes writes`);
      return;
    } catch (error) {
      const why = messageOf(error);
      if (attempt === TRIES) throw new ServerError(`the new master cannot be opened after ${TRIES} tries: ${why}`);
      log.warning(`${why}; trying again`);
      await context.clock.sleep(BETWEEN_TRIES_MS, context.signal);
    }
  }
}
