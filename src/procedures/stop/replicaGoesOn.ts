import { nameOf } from '../../base/server.ts';
import { readChannels, startApplying, startApplyingSql } from '../../capabilities/replication.ts';
import type { SwitchContext } from '../context.ts';
import { nothing, orLeftToDo, type Step } from '../step.ts';

interface Applying {
  /** The channels that were applying what they had received, and how to start them by hand. */
  readonly channels: readonly { readonly name: string; readonly byHand: string }[];
}

/**
 * Changes nothing itself. MHA stops the new master's SQL thread before it runs `start` (`master_pos_wait` in Server.pm),
 * and leaves it so when `start` fails: the undo lets it go on.
 */
export const replicaGoesOn: Step<SwitchContext, Applying> = {
  name: 'replica goes on',
  title: (context) => `new master ${nameOf(context.newMaster)}: replication noted`,
  capture: async (context) => ({ channels: await applying(context) }),
  do: nothing,
  verify: nothing,
  onNewMaster: true,
  undo: (context, before) =>
    orLeftToDo(
      nameOf(context.newMaster),
      before.channels.map((c) => c.byHand),
      () => goOn(context, before),
    ),
};

async function goOn(context: SwitchContext, before: Applying): Promise<string[]> {
  const stopped = async () => {
    const now = await readChannels(await context.sessions.of(context.newMaster));
    return before.channels.flatMap((b) =>
      now.filter((c) => c.name === b.name && !applies(c)).map((c) => ({ ...b, c })),
    );
  };
  for (const { name } of await stopped()) await startApplying(await context.sessions.of(context.newMaster), name);
  return (await stopped()).map(({ byHand, c }) => `${byHand};  -- ${c.lastError || c.sql}`);
}

async function applying(context: SwitchContext): Promise<Applying['channels']> {
  const session = await context.sessions.of(context.newMaster);
  const names = (await readChannels(session)).filter(applies).map((c) => c.name);
  return Promise.all(names.map(async (name) => ({ name, byHand: await startApplyingSql(session, name) })));
}

function applies({ sql }: { readonly sql: string }): boolean {
  return sql === 'Yes';
}
