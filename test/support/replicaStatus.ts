import { expect } from 'vitest';
import { isMysql, SQL } from '../tools/lab/kind.ts';
import type { Lab } from '../tools/lab/lab.ts';
import type { RunOptions, RunResult } from '../tools/lab/run.ts';
import { until } from '../tools/lab/wait.ts';
import { runCommand } from './commands.ts';
import { secretsIn } from './zoo/secrets.ts';

/** How the two servers word what these tests do to a replica. */
export const WORDS = isMysql
  ? { change: 'CHANGE REPLICATION SOURCE TO', master: 'SOURCE', binlog: 'BINARY LOG', gone: 13114, ids: 13117 }
  : { change: 'CHANGE MASTER TO', master: 'MASTER', binlog: 'MASTER', gone: 1236, ids: 1593 };

export const stop = (thread: 'IO_THREAD' | 'SQL_THREAD') => `${SQL.stop} ${thread}`;
export const start = (thread: 'IO_THREAD' | 'SQL_THREAD') => `${SQL.start} ${thread}`;

export interface Channel {
  name: string;
  master: string;
  io: string;
  sql: string;
  level: string;
  behind_bytes: number | null;
  behind_files: number | null;
  behind_transactions: number | null;
  seconds_behind: number | null;
  errors: { thread: string; code: number; text: string; means: string; now: string[] }[];
}

export interface Seen {
  ok: boolean;
  level: boolean | null;
  headline: string;
  problems: string[];
  servers: { server: string; reachable: boolean; role: string; channels: Channel[]; [key: string]: unknown }[];
}

/** What the command shows of the lab; no secret of the lab may be in it, and no line too long for 80 columns. */
export async function screenOf(lab: Lab, args: readonly string[] = [], options: RunOptions = {}): Promise<RunResult> {
  const given = args.some((arg) => /^[^-]/.test(arg)) ? args : [`--conf=${lab.confFile}`, ...args];
  const result = await runCommand('mysql_replica_status', given, options);
  expect(await secretsIn(lab, [result.stdout, result.stderr])).toEqual([]);
  expect(result.stderr).not.toMatch(/^\s+at .*:\d+/m);
  if (!args.includes('--json')) expect(result.stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  return result;
}

export async function seenOf(lab: Lab, args: readonly string[] = []): Promise<Seen> {
  const { stdout, stderr } = await screenOf(lab, ['--json', ...args]);
  expect(stdout, stderr).toMatch(/^\{/);
  return JSON.parse(stdout) as Seen;
}

/** The first channel of that server. */
export async function channelOf(lab: Lab, index: number): Promise<Channel> {
  return (await seenOf(lab)).servers[index]?.channels[0] as Channel;
}

/** Waits until the replica has this error, and gives it. */
export function errorOn(lab: Lab, index: number, codes: readonly number[]): Promise<Channel['errors'][number]> {
  let last: unknown;
  return until(
    `error ${codes.join(' or ')} on server ${index}`,
    30_000,
    async () => {
      last = await channelOf(lab, index);
      return (last as Channel).errors.find((error) => codes.includes(error.code));
    },
    () => JSON.stringify(last),
  );
}
