import { ServerError } from '../../base/errors.ts';
import { nameOf } from '../../base/server.ts';
import { type ReplicaNow, readReplicaNow } from '../../capabilities/replication/channels.ts';
import type { Step } from '../engine/step.ts';
import { atNewMaster, origSession, type SwitchContext } from '../switch/context.ts';
import type { StopFacts } from './facts.ts';
import type { ClientSessions } from './sessions/index.ts';

/** Nobody can write meanwhile: a server that needs longer for one answer cannot become the master. */
const ANSWER_MS = 2000;

/**
 * The last step, in one round trip: the new master answers, is closed, and replicates from the original master. If it did not,
 * MHA would wait for it forever once `stop` has returned 0. The lost transactions are counted at the same time.
 */
export function lookAtNewMaster(facts: StopFacts, clients: ClientSessions): Step<SwitchContext, null> {
  let rolledBack = 0;
  return {
    name: 'look at new master',
    ...atNewMaster('checked again'),
    do: async (context) => {
      const session = await context.sessions.of(context.newMaster);
      const statementMs = Math.min(context.settings.statementMs, ANSWER_MS);
      const [now, rolled] = await Promise.all([
        readReplicaNow(session.under({ statementMs })),
        origSession(context).then((orig) => clients.rolledBack(orig)),
      ]);
      rolledBack = rolled;
      const wrong = wrongWith(now, facts.channel);
      if (wrong) throw new ServerError(`${nameOf(context.newMaster)} ${wrong}; fix it and try again`);
    },
    counts: () => ({ rolledBack }),
  };
}

function wrongWith({ readOnly, channels }: ReplicaNow, name: string): string | undefined {
  if (!readOnly) return 'is no longer read_only: somebody opened it meanwhile';
  const channel = channels.find((c) => c.name === name);
  if (!channel) return 'no longer replicates from the original master';
  const { io, sql, lastError } = channel;
  if (io === 'Yes' && sql === 'Yes') return undefined;
  return `no longer replicates (IO ${io}, SQL ${sql})${lastError ? `: ${lastError}` : ''}`;
}
