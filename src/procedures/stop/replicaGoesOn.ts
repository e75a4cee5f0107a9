import { ServerError } from '../../base/errors.ts';
import { nameOf } from '../../base/server.ts';
import { readChannels, startApplying } from '../../capabilities/replication.ts';
import type { SwitchContext } from '../context.ts';
import { nothing, type Step } from '../step.ts';

interface Applying {
  /** The names of the channels that were applying what they had received. */
  readonly channels: readonly string[];
}

/**
 * Changes nothing itself. MHA stops the new master's SQL thread before it runs `start` (`master_pos_wait` in Server.pm),
 * and leaves it so when `start` fails: the undo lets it go on.
 */
export const replicaGoesOn: Step<SwitchContext, Applying> = {
  name: 'replica goes on',
  title: (context) => `new master ${nameOf(context.newMaster)}: a replica until start`,
  capture: async (context) => ({ channels: (await channels(context)).filter(applies).map((c) => c.name) }),
  do: nothing,
  verify: nothing,
  undo: async (context, before) => {
    const stopped = async () =>
      (await channels(context)).filter((c) => before.channels.includes(c.name) && !applies(c));
    for (const { name } of await stopped()) await startApplying(await context.sessions.of(context.newMaster), name);
    const [left] = await stopped();
    if (left)
      throw new ServerError(`${nameOf(context.newMaster)}: START SLAVE SQL_THREAD: ${left.lastError || left.sql}`);
  },
};

async function channels(context: SwitchContext) {
  return readChannels(await context.sessions.of(context.newMaster));
}

function applies({ sql }: { readonly sql: string }): boolean {
  return sql === 'Yes';
}
