import type { Session } from '../../adapters/mysql/session.ts';
import { type Channel, readChannels, startApplying, startApplyingSql } from '../../capabilities/replication.ts';

/** A channel whose SQL thread ran, and the statement that starts it by hand. */
export interface Applying {
  readonly name: string;
  readonly byHand: string;
}

/** The server's channels that apply what they receive. */
export async function channelsApplying(session: Session): Promise<Channel[]> {
  return (await readChannels(session)).filter(({ sql }) => sql === 'Yes');
}

/** These channels, with what starts each by hand. */
export function startedByHand(session: Session, channels: readonly Channel[]): Promise<Applying[]> {
  return Promise.all(channels.map(async ({ name }) => ({ name, byHand: await startApplyingSql(session, name) })));
}

/**
 * Starts those SQL threads that have stopped since, and reads back that they run; a channel that is gone is left alone.
 * Returns what is left to do, as statements.
 */
export async function letApply(session: Session, before: readonly Applying[]): Promise<string[]> {
  for (const { name } of await stopped(session, before)) await startApplying(session, name);
  return (await stopped(session, before)).map(({ byHand, why }) => `${byHand};  -- ${why}`);
}

async function stopped(session: Session, before: readonly Applying[]): Promise<(Applying & { why: string })[]> {
  const now = (await readChannels(session)).filter(({ sql }) => sql !== 'Yes');
  return before.flatMap((channel) => {
    const found = now.find(({ name }) => name === channel.name);
    return found ? [{ ...channel, why: found.lastError || found.sql }] : [];
  });
}
