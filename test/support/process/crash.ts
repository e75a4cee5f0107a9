import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { isMysql } from '../../tools/lab/kind.ts';
import type { Lab } from '../../tools/lab/lab.ts';
import type { RunResult } from '../../tools/lab/run.ts';
import type { Command } from '../commands.ts';
import { runCommand } from '../commands.ts';
import type { ProxiedLab } from '../proxy/proxied.ts';
import { changes } from '../proxy/statements.ts';
import { executedOn } from '../state/gtids.ts';
import { eventsOf, rightsOf } from '../zoo/zoo.ts';

const PRELOAD = fileURLToPath(new URL('./killAtWrite.mjs', import.meta.url));

/** One of our commands, run through the proxies. */
export interface Call {
  readonly command: Command;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A place where a command can be killed. */
export type Place =
  | { readonly kind: 'statement'; readonly index: number; readonly when: 'before' | 'after' }
  | { readonly kind: 'write'; readonly index: number; readonly when: 'before' | 'after' };

/** So that a second server need not meet every place again: each nth is taken. */
export const EVERY = Number(process.env.MHA_HELPER_EVERY ?? 1);

/** Runs the call to its end and returns every place where it could have been killed. */
export async function placesOf(lab: Lab, proxied: ProxiedLab, call: Call): Promise<Place[]> {
  proxied.reset();
  // The first run alone would make the folders: those that are killed meet only what comes every time.
  mkdirSync(join(journalFolder(lab), 'history'), { recursive: true, mode: 0o700 });
  const counter = join(lab.folder, 'writes');
  rmSync(counter, { force: true });
  const env = { NODE_OPTIONS: `--import=${PRELOAD}`, COUNT_WRITES: counter };
  const result = await runCommand(call.command, call.args, { env });
  expect(result.code, result.stdout + result.stderr).toBe(0);
  const statements = changes(proxied.statements).length;
  const writes = existsSync(counter) ? Number(readFileSync(counter, 'utf8')) : 0;
  const both = (kind: Place['kind'], count: number) =>
    Array.from({ length: count }, (_, index) => [
      { kind, index, when: 'before' as const },
      { kind, index, when: 'after' as const },
    ]).flat();
  return [...both('statement', statements), ...both('write', writes)].filter((_, i) => i % EVERY === 0);
}

/** Runs the call and kills it with SIGKILL there. */
export async function killedAt(proxied: ProxiedLab, call: Call, place: Place): Promise<RunResult> {
  proxied.reset();
  if (place.kind === 'write') {
    const env = { NODE_OPTIONS: `--import=${PRELOAD}`, KILL_AT_WRITE: `${place.when} ${place.index + 1}` };
    return runCommand(call.command, call.args, { env });
  }
  let pid = 0;
  let ended: (() => void) | undefined;
  const end = new Promise<void>((resolve) => {
    ended = resolve;
  });
  proxied.injectAtChange(place.index, place.when, async () => {
    process.kill(pid, 'SIGKILL');
    await end;
  });
  const onStart = (started: number) => {
    pid = started;
  };
  const result = await runCommand(call.command, call.args, { onStart });
  ended?.();
  return result;
}

/** All that a switch must leave as it was. */
export async function stateOf(lab: Lab) {
  return Promise.all(
    lab.servers.map(async (server) => ({
      rights: await rightsOf(server),
      events: await eventsOf(server),
      readOnly: (await server.admin('SELECT @@GLOBAL.read_only AS value'))[0]?.value,
      superReadOnly: isMysql && (await server.admin('SELECT @@GLOBAL.super_read_only AS value'))[0]?.value,
      executed: await executedOn(server),
    })),
  );
}

export function journalFolder(lab: Lab): string {
  return join(lab.workDir, 'mha-helper');
}
