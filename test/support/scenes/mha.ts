import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Lab } from '../../tools/lab/lab.ts';
import { type LoadReport, missingOn, startLoad } from '../../tools/lab/load/load.ts';
import { type RunOptions, type RunResult, run } from '../../tools/lab/run.ts';
import { until } from '../../tools/lab/wait.ts';
import { eventsOf, rightsOf } from '../zoo/zoo.ts';

/** All that a switch which came to nothing must leave as it was. */
export async function stateOf(lab: Lab) {
  return {
    rights: await Promise.all(lab.servers.map(rightsOf)),
    events: await Promise.all(lab.servers.map(eventsOf)),
    servers: (await lab.dump()).map(({ id, readOnly, master, io, sql }) => ({ id, readOnly, master, io, sql })),
  };
}

/** A command that is running: what it has printed, and its process. */
export interface Started {
  readonly pid: number;
  readonly output: () => string;
  /** Resolves once the output holds the text. */
  readonly printed: (text: string | RegExp) => Promise<void>;
  readonly ended: Promise<RunResult>;
}

export async function start(program: string, args: readonly string[], options: RunOptions = {}): Promise<Started> {
  let output = '';
  let pid = 0;
  const ended = run(program, args, {
    limitMs: 100_000,
    ...options,
    onOutput: (text) => {
      output += text;
    },
    onStart: (id) => {
      pid = id;
    },
  });
  ended.catch(() => {});
  await until(`the start of ${program}`, 30_000, () => pid > 0);
  const printed = (text: string | RegExp) =>
    until(
      `${program} printing ${text}`,
      60_000,
      () => output.search(text) >= 0,
      () => output,
    ).then(() => {});
  return { pid, output: () => output, printed, ended };
}

/** Runs something under eight writing clients, which go on for a while afterwards. */
export async function underLoad<T>(lab: Lab, work: () => Promise<T>): Promise<{ result: T; load: LoadReport }> {
  const load = await startLoad({ servers: lab.servers, clients: 8, idle: 5 });
  try {
    const result = await work();
    const count = load.count;
    await until('clients writing again', 30_000, () => load.count > count + 200);
    return { result, load: await load.stop() };
  } finally {
    await load.stop();
    await lab.waitReplicasLevel();
  }
}

export async function expectNothingLost(lab: Lab, load: LoadReport): Promise<void> {
  for (const server of lab.servers.filter((s) => s.running)) expect(await missingOn(server, load)).toEqual([]);
}

/** Journals that are still open, by file name. */
export function openJournals(lab: Lab): string[] {
  return namesIn(join(lab.workDir, 'mha-helper')).filter((name) => name.endsWith('.json'));
}

/** The phases in which switches were closed, oldest first. */
export function closedPhases(lab: Lab): string[] {
  const history = join(lab.workDir, 'mha-helper', 'history');
  const journals = namesIn(history).map((name) => JSON.parse(readFileSync(join(history, name), 'utf8')));
  return journals.sort((a, b) => (a.id < b.id ? -1 : 1)).map((journal) => journal.phase as string);
}

/** MHA's programs and our commands that still run on this lab's configuration, as `pid command`. */
export function leftRunning(lab: Lab): string[] {
  return processes(lab).filter((each) =>
    /masterha_|master_ip_|mysql_online_failover|mysql_failover|guardian/.test(each),
  );
}

export function processes(lab: Lab): string[] {
  return namesIn('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const command = commandOf(pid);
      return command.includes(lab.folder) ? [`${pid} ${command}`] : [];
    });
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
