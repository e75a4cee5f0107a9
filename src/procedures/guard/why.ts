import { deadline } from '../../adapters/clock.ts';
import { HelperError } from '../../base/errors.ts';
import { nameOf } from '../../base/server.ts';
import { type ReplicaNow, readReplicaNow } from '../../capabilities/replication/channels.ts';
import { inTime } from '../../cluster/observe.ts';
import { limited, type SwitchContext } from '../switch/context.ts';

/** Nobody can write meanwhile: a server in good order answers in a few milliseconds. */
const ANSWER_MS = 300;

/** Whether the new master takes writes, and what MHA waits for, in words. */
export async function lookAtDelay(context: SwitchContext): Promise<{ readonly isOpen: boolean; readonly why: string }> {
  const { newMaster } = context;
  const limit = deadline(ANSWER_MS, new HelperError('no answer'));
  const ask = async () => readReplicaNow(await limited(context, limit).sessions.of(newMaster));
  const now = await inTime(ask(), limit).catch(() => undefined);
  return { isOpen: now?.readOnly === false, why: `the new master ${nameOf(newMaster)} ${delayIn(now)}` };
}

function delayIn(now: ReplicaNow | undefined): string {
  if (!now) return 'does not answer';
  const [channel] = now.channels;
  if (!channel) return 'is no replica any more';
  const { io, sql, lastError, delay, secondsBehind } = channel;
  if (sql !== 'Yes' || io === 'No') {
    return `no longer replicates (IO ${io}, SQL ${sql})${lastError === '' ? '' : `: ${lastError}`}`;
  }
  const behind = secondsBehind === undefined ? '' : `, ${secondsBehind} s behind`;
  const delayed = delay > 0 ? `; its replication is delayed by ${delay} s` : '';
  return `has not executed everything${behind}${delayed}`;
}
