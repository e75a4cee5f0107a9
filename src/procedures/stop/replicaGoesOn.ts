import { quote } from '../../base/account.ts';
import { nameOf } from '../../base/server.ts';
import { readChannels, startApplying } from '../../capabilities/replication.ts';
import type { SwitchContext } from '../context.ts';
import { nothing, orLeftToDo, type Step } from '../step.ts';

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
  title: (context) => `new master ${nameOf(context.newMaster)}: replication noted`,
  capture: async (context) => ({ channels: (await channels(context)).filter(applies).map((c) => c.name) }),
  do: nothing,
  verify: nothing,
  undo: (context, before) =>
    orLeftToDo(
      nameOf(context.newMaster),
      before.channels.map((c) => `START SLAVE ${c === '' ? '' : `${quote(c)} `}SQL_THREAD`),
      () => goOn(context, before),
    ),
};

async function goOn(context: SwitchContext, before: Applying): Promise<string[]> {
  const stopped = async () => (await channels(context)).filter((c) => before.channels.includes(c.name) && !applies(c));
  for (const { name } of await stopped()) await startApplying(await context.sessions.of(context.newMaster), name);
  return (await stopped()).map(
    (c) => `START SLAVE ${c.name === '' ? '' : `${quote(c.name)} `}SQL_THREAD;  -- ${c.lastError || c.sql}`,
  );
}

async function channels(context: SwitchContext) {
  return readChannels(await context.sessions.of(context.newMaster));
}

function applies({ sql }: { readonly sql: string }): boolean {
  return sql === 'Yes';
}
