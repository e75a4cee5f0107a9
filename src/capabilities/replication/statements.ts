import { understood } from '../../adapters/mysql/dialect.ts';
import type { Session } from '../../adapters/mysql/session.ts';

/** How to start a channel's SQL thread by hand. */
export async function startApplyingSql(session: Session, channel: string): Promise<string> {
  return (await session.dialect()).startSqlThread(channel)[0] ?? '';
}

/** Starts the SQL thread of a channel, `''` being the one without a name; harmless if it runs. */
export async function startApplying(session: Session, channel: string): Promise<void> {
  const { startSqlThread } = await session.dialect();
  await understood(startSqlThread(channel), (sql) => session.rows(sql));
}

/** Stops the SQL thread of a channel between two transactions; harmless if it is stopped. */
export async function stopApplying(session: Session, channel: string): Promise<void> {
  const { stopSqlThread } = await session.dialect();
  await understood(stopSqlThread(channel), (sql) => session.rows(sql));
}

/** How to start a channel by hand, in words that a server of this version knows. */
export function startReplicating(version: string, channel: string): string {
  return `START ${replicaWord(version)}${channelPart(version, channel)}`;
}

/** How to end a channel by hand so that it does not come back. */
export function stopForGood(version: string, channel: string): string {
  const [word, part] = [replicaWord(version), channelPart(version, channel)];
  return `STOP ${word}${part}; RESET ${word}${isMariadb(version) ? part : ''} ALL${isMariadb(version) ? '' : part}`;
}

function channelPart(version: string, channel: string): string {
  if (channel === '') return '';
  return `${isMariadb(version) ? '' : ' FOR CHANNEL'} '${channel.replaceAll("'", "''")}'`;
}

/** MySQL has REPLICA since 8.0.22, and no SLAVE any more since 8.4; every MariaDB has SLAVE. */
function replicaWord(version: string): 'REPLICA' | 'SLAVE' {
  const [major = 0, minor = 0, patch = 0] = version.split(/[^0-9]/).map(Number);
  const isNew = major > 8 || (major === 8 && (minor > 0 || patch >= 22));
  return isNew && !isMariadb(version) ? 'REPLICA' : 'SLAVE';
}

function isMariadb(version: string): boolean {
  return /mariadb/i.test(version);
}
