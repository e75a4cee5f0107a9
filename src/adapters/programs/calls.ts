import { mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A hook that MHA has just started. */
export interface HookCall {
  readonly pid: number;
  /** Without the arguments that hold a secret. */
  readonly args: readonly string[];
}

export interface CallListener {
  /** The value of {@link CALLS} for the launchers. */
  readonly dir: string;
  /** Records for the hook when the new master was opened. */
  tellOpened(at: string): void;
  stop(): void;
}

/** The environment variable that names the directory. */
export const CALLS = 'MHA_HELPER_CALLS';

/** When a wrapper opened the new master for this hook (ISO 8601); undefined if none did. */
export function openedEarly(dir: string | undefined): string | undefined {
  const [at] = dir ? linesOf(join(dir, OPENED)) : [];
  return at && /^\d{4}(-\d\d){2}T[\d:.]+Z$/.test(at) && !Number.isNaN(Date.parse(at)) ? at : undefined;
}

const OPENED = 'opened';

/**
 * Watches a private directory in which a hook's launcher (`bin/`) creates a file named after its pid before it starts Node;
 * the file is complete once its last line is `end`. Reports each call once, and none if the system cannot watch a directory.
 */
export function listenForCalls(onCall: (call: HookCall) => void): CallListener {
  const dir = mkdtempSync(join(tmpdir(), 'mha-helper-'));
  const reported = new Set<string>();
  const look = (name: string | null) => {
    if (!name || !/^\d+$/.test(name) || reported.has(name)) return;
    const lines = linesOf(join(dir, name));
    if (lines.pop() !== 'end') return;
    reported.add(name);
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
