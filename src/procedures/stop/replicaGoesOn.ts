import { quote } from '../../base/account.ts';
import { list, object, text } from '../../base/schema.ts';
import { nameOf } from '../../base/server.ts';
import { type Channel, readChannels, startApplying, startApplyingSql } from '../../capabilities/replication.ts';
import type { SwitchContext } from '../context.ts';
import { nothing, orLeftToDo, type Step } from '../step.ts';

interface Applying {
  /** The channels that were applying what they had received. */
  readonly channels: readonly { readonly name: string }[];
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
  undo: async (context, captured) => {
    const before = parse(captured, '');
    const all = before.channels.map(({ name }) => (name === '' ? HOW : `${HOW} for channel ${quote(name)}`));
    return orLeftToDo(nameOf(context.newMaster), all, () => goOn(context, before));
  },
};

/** In words: where the server cannot be asked, its dialect is not known. */
const HOW = 'start the SQL thread (START SLAVE SQL_THREAD or START REPLICA SQL_THREAD)';

/** Journals of 0.1.0 also hold a statement: it is ignored. */
const parse = object<Applying>({
  channels: list((value, at) => ({ name: text(255)((value as { name?: unknown } | null)?.name, `${at}.name`) })),
});

async function goOn(context: SwitchContext, before: Applying): Promise<string[]> {
  const stopped = async () => {
    const now = await readChannels(await context.sessions.of(context.newMaster));
    return now.filter((c) => !applies(c) && before.channels.some((b) => b.name === c.name));
  };
  for (const { name } of await stopped()) await startApplying(await context.sessions.of(context.newMaster), name);
  const session = await context.sessions.of(context.newMaster);
  const left = async (c: Channel) => `${await startApplyingSql(session, c.name)};  -- ${c.lastError || c.sql}`;
  return Promise.all((await stopped()).map(left));
}

async function applying(context: SwitchContext): Promise<Applying['channels']> {
  const session = await context.sessions.of(context.newMaster);
  return (await readChannels(session)).filter(applies).map(({ name }) => ({ name }));
}

function applies({ sql }: { readonly sql: string }): boolean {
  return sql === 'Yes';
}
