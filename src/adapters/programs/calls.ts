import { mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A hook that MHA has just started. */
export interface HookCall {
  readonly pid: number;
  /** Its arguments without those that hold a secret. */
  readonly args: readonly string[];
}

export interface CallListener {
  /** What the launchers are told in {@link CALLS}. */
  readonly dir: string;
  /** Leaves for the hook when the new master was opened. */
  tellOpened(at: string): void;
  stop(): void;
}

/** The environment variable that names the directory. */
export const CALLS = 'MHA_HELPER_CALLS';

/** When a wrapper opened the new master for this hook; undefined where none did. ISO 8601. */
export function openedEarly(dir: string | undefined): string | undefined {
  const [at] = dir ? linesOf(join(dir, OPENED)) : [];
  return at && /^\d{4}(-\d\d){2}T[\d:.]+Z$/.test(at) && !Number.isNaN(Date.parse(at)) ? at : undefined;
}

const OPENED = 'opened';

/**
 * A private directory in which a hook's launcher (`bin/`) leaves a file named by its pid before it starts Node; the file is
 * whole once its last line is `end`. Each call is told once. Where the system cannot watch a directory nothing is told.
 */
export function listenForCalls(onCall: (call: HookCall) => void): CallListener {
  const dir = mkdtempSync(join(tmpdir(), 'mha-helper-'));
  const told = new Set<string>();
  const look = (name: string | null) => {
    if (!name || !/^\d+$/.test(name) || told.has(name)) return;
    const lines = linesOf(join(dir, name));
    if (lines.pop() !== 'end') return;
    told.add(name);
    onCall({ pid: Number(name), args: lines });
  };
  const watcher = watched(dir, look);
  const stop = () => {
    watcher?.close();
    rmSync(dir, { recursive: true, force: true });
  };
  return { dir, stop, tellOpened: (at) => writeFileSync(join(dir, OPENED), `${at}\n`) };
}

function watched(dir: string, look: (name: string | null) => void) {
  try {
    return watch(dir, (_, name) => look(name)).on('error', () => {});
  } catch {
    return undefined;
  }
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').slice(0, -1);
  } catch {
    return [];
  }
}
