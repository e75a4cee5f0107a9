import { understood } from '../../adapters/mysql/dialect.ts';
import type { Session } from '../../adapters/mysql/session.ts';

/** Starts a channel's SQL thread by hand. */
export async function startApplyingSql(session: Session, channel: string): Promise<string> {
  return (await session.dialect()).sqlThread('START', channel)[0] ?? '';
}

/** Starts the SQL thread of a channel (`''`: the unnamed one); harmless if it runs. */
export async function startApplying(session: Session, channel: string): Promise<void> {
  const { sqlThread } = await session.dialect();
  await understood(sqlThread('START', channel), (sql) => session.rows(sql));
}

/** Stops the SQL thread of a channel between two transactions; harmless if it is stopped. */
export async function stopApplying(session: Session, channel: string): Promise<void> {
  const { sqlThread } = await session.dialect();
  await understood(sqlThread('STOP', channel), (sql) => session.rows(sql));
}

/** Starts a channel by hand, in the wording of this version. */
export function startReplicating(version: string, channel: string): string {
  return `START ${replicaWord(version)}${channelPart(version, channel)}`;
}

/** Removes a channel by hand for good. */
export function stopForGood(version: string, channel: string): string {
  const [word, part] = [replicaWord(version), channelPart(version, channel)];
  return `STOP ${word}${part}; RESET ${word}${isMariadb(version) ? part : ''} ALL${isMariadb(version) ? '' : part}`;
}

function channelPart(version: string, channel: string): string {
  return channel === '' ? '' : `${isMariadb(version) ? '' : ' FOR CHANNEL'} '${channel.replaceAll("'", "''")}'`;
}

/** MySQL has REPLICA since 8.0.22, and no longer SLAVE since 8.4; every MariaDB has SLAVE. */
function replicaWord(version: string): 'REPLICA' | 'SLAVE' {
  const [major = 0, minor = 0, patch = 0] = version.split(/[^0-9]/).map(Number);
  const isNew = major > 8 || (major === 8 && (minor > 0 || patch >= 22));
  return isNew && !isMariadb(version) ? 'REPLICA' : 'SLAVE';
}

function isMariadb(version: string): boolean {
  return /mariadb/i.test(version);
}
