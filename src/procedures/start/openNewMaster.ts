import { messageOf, ServerError } from '../../base/errors.ts';
import { nameOf, type Target } from '../../base/server.ts';
import { setReadOnly } from '../../capabilities/readOnly.ts';
import type { Sessions } from '../../cluster/sessions.ts';
import type { SwitchContext } from '../switch/context.ts';

/** What `start` needs to end the outage: nothing but a way to the new master. */
export type OpenContext = Pick<SwitchContext, 'newMaster' | 'log' | 'clock' | 'signal'> & {
  readonly sessions: Sessions;
  /** Aborted when the process is to end: the try that is under way goes on as long as `signal` lets it, no other begins. */
  readonly interrupted?: AbortSignal;
};

const TRIES = 5;
const BETWEEN_TRIES_MS = 500;

/**
 * Makes the new master writable, whatever else is wrong; tries several times and reads it back.
 * @throws ServerError only if it cannot be written to.
 */
export async function openNewMaster(context: OpenContext): Promise<void> {
  const { newMaster, log, signal, interrupted = signal } = context;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await setReadOnly(await context.sessions.of(newMaster), { readOnly: false });
      log.info(`new master ${nameOf(newMaster)}: read_only off, it takes writes`);
      return;
    } catch (error) {
      const why = messageOf(error);
      const ended = [interrupted, signal].find((one) => one.aborted);
      if (ended || attempt === TRIES) throw notOpened(newMaster, attempt, ended, why);
      log.warning(`${why}; trying again`);
      await context.clock.sleep(BETWEEN_TRIES_MS, AbortSignal.any([signal, interrupted])).catch(() => {});
    }
  }
}

function notOpened(newMaster: Target, tries: number, ended: AbortSignal | undefined, why: string): ServerError {
  const after = `${tries} ${tries === 1 ? 'try' : 'tries'}`;
  const reason = ended && messageOf(ended.reason) !== why ? `${messageOf(ended.reason)}; ${why}` : why;
  return new ServerError(
    `the new master cannot be opened after ${after}: ${reason}\n` +
      `Nobody can write as long as no master takes writes: mha_recover shows what is open and puts it back, or by hand, on ${nameOf(newMaster)}: SET GLOBAL read_only = 0`,
  );
}
