import type { Session } from '../../../adapters/mysql/session.ts';
import { quote } from '../../../base/account.ts';
import { list, object, text } from '../../../base/schema.ts';
import { readChannels } from '../../../capabilities/replication/channels.ts';
import { startApplying, startApplyingSql } from '../../../capabilities/replication/statements.ts';
import type { Channel } from '../../../capabilities/replication/status.ts';

/** A channel whose SQL thread ran. */
interface Applying {
  readonly name: string;
}

export interface Channels {
  readonly channels: readonly Applying[];
}

/** The channels of a journal: their names. Journals of 0.1.0 also hold a statement, which is ignored. */
const channels = object<Channels>({
  channels: list((value, at) => ({ name: text(255)((value as { name?: unknown } | null)?.name, `${at}.name`) })),
});
export const parseChannels = (captured: unknown) => channels(captured, '');

/** How to start it by hand, in words, for a server that cannot be asked for its dialect. */
export function toStart({ name }: Applying): string {
  const how = 'start the SQL thread (START SLAVE SQL_THREAD or START REPLICA SQL_THREAD)';
  return name === '' ? how : `${how} for channel ${quote(name)}`;
}

/** The server's channels that apply what they receive. */
export async function channelsApplying(session: Session): Promise<Channel[]> {
  return (await readChannels(session)).filter(({ sql }) => sql === 'Yes');
}

/** Starts the SQL threads that have stopped since and reads it back. Returns what is left to do, as statements. */
export async function letApply(session: Session, before: readonly Applying[]): Promise<string[]> {
  for (const { name } of await stopped(session, before)) await startApplying(session, name);
  const left = async (c: Channel) => `${await startApplyingSql(session, c.name)};  -- ${c.lastError || c.sql}`;
  return Promise.all((await stopped(session, before)).map(left));
}

async function stopped(session: Session, before: readonly Applying[]): Promise<Channel[]> {
  const now = (await readChannels(session)).filter(({ sql }) => sql !== 'Yes');
  return now.filter((channel) => before.some(({ name }) => name === channel.name));
}
